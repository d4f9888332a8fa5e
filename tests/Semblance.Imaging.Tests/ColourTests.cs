using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class ColourTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("png16")]
    [InlineData("webp")]
    public void Alpha_is_laid_over_white(string format)
    {
        // Red at alpha 0, 1/5, ... 1 from left to right: over white, green and blue fall and red stays.
        var samples = new byte[60 * 10 * 4];
        for (var i = 0; i < 600; i++)
        {
            samples[4 * i] = 255;
            samples[(4 * i) + 3] = (byte)(i % 60 / 10 * 51);
        }
        var bytes = format switch
        {
            "png" => PictureBytes.PngWithAlpha(samples, 60, 10),
            "png16" => PictureBytes.SixteenBitPngWithAlpha(samples, 60, 10),
            _ => PictureBytes.WebPWithAlpha(samples, 60, 10),
        };
        var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
        Assert.True(picture.Facts.HasAlpha);
        for (var x = 0; x < 60; x++)
        {
            var (red, green, blue) = picture.At(x, 5);
            Assert.Equal(255, red);
            Assert.InRange(green, 255 - (x / 10 * 51) - 1, 255 - (x / 10 * 51) + 1);
            Assert.Equal(green, blue);
        }
    }

    [Fact]
    public void Shrinking_never_lets_the_colour_below_full_transparency_bleed()
    {
        // Transparent green beside opaque red: red and white in equal parts, at any size.
        var samples = new byte[64 * 64 * 4];
        for (var i = 0; i < 64 * 64; i++)
            (i % 2 == 0 ? [200, 60, 40, 255] : new byte[] { 0, 255, 0, 0 }).CopyTo(samples, 4 * i);
        var picture = PictureDecoder.Shared.Decode(PictureBytes.PngWithAlpha(samples, 64, 64), new DecodeOptions { MinimumSide = 16 }).Picture!;
        var (red, green, blue) = picture.At(8, 8);
        Assert.InRange(red, 225, 230);
        Assert.InRange(green, 155, 160);
        Assert.InRange(blue, 145, 150);
    }

    [Theory]
    [InlineData(200, 100, 50)]
    [InlineData(30, 140, 90)]
    [InlineData(128, 128, 128)]
    [InlineData(255, 0, 0)]
    public void An_embedded_profile_is_converted_to_srgb(byte red, byte green, byte blue)
    {
        var stored = TestPictures.Solid(16, 16, red, green, blue);
        var (expectedRed, expectedGreen, expectedBlue) = FromDisplayP3(red, green, blue);
        foreach (var bytes in new[] { PictureBytes.PngWithProfile(stored, "p3"), PictureBytes.JpegWithProfile(stored, "p3") })
        {
            var picture = PictureDecoder.Shared.Decode(bytes).Picture!;
            Assert.True(picture.Facts.HasProfile);
            var actual = picture.At(8, 8);
            Assert.InRange(actual.Red, expectedRed - 3, expectedRed + 3);
            Assert.InRange(actual.Green, expectedGreen - 3, expectedGreen + 3);
            Assert.InRange(actual.Blue, expectedBlue - 3, expectedBlue + 3);
        }
    }

    [Fact]
    public void A_damaged_profile_leaves_the_numbers_as_they_are()
    {
        var scene = TestPictures.Scene(40, 30, classIndex: 2, seed: 2);
        var bytes = PngChunks.InsertAfterHeader(PictureBytes.Png(scene), "iCCP", [.. "broken"u8, 0, 0, .. PngChunks.Compressed(300)]);
        Assert.Equal(scene.Pixels, PictureDecoder.Shared.Decode(bytes).Picture!.Pixels);
    }

    [Theory]
    [InlineData(255, 255, 255)]
    [InlineData(128, 128, 128)]
    [InlineData(180, 120, 90)]
    public void Cmyk_comes_back_to_its_colour(byte red, byte green, byte blue)
    {
        var picture = PictureDecoder.Shared.Decode(PictureBytes.CmykJpeg(TestPictures.Solid(32, 32, red, green, blue))).Picture!;
        var actual = picture.At(16, 16);
        Assert.InRange(actual.Red, red - 12, Math.Min(255, red + 12));
        Assert.InRange(actual.Green, green - 12, Math.Min(255, green + 12));
        Assert.InRange(actual.Blue, blue - 12, Math.Min(255, blue + 12));
    }

    // Display P3 and sRGB share the transfer curve and the white point D65; the matrix is CSS Color 4, section 18
    // (P3 to XYZ to sRGB), clipped to the smaller gamut.
    private static (int Red, int Green, int Blue) FromDisplayP3(byte red, byte green, byte blue)
    {
        var (r, g, b) = (Linear(red), Linear(green), Linear(blue));
        return (
            Encoded((1.2249401763 * r) - (0.2249401763 * g)),
            Encoded((-0.0420569547 * r) + (1.0420569547 * g)),
            Encoded((-0.0196375546 * r) - (0.0786360456 * g) + (1.0982736001 * b)));

        static double Linear(byte value) => value / 255.0 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);

        static int Encoded(double value)
        {
            value = Math.Clamp(value, 0, 1);
            return (int)Math.Round(255 * (value <= 0.0031308 ? 12.92 * value : (1.055 * Math.Pow(value, 1 / 2.4)) - 0.055));
        }
    }
}
