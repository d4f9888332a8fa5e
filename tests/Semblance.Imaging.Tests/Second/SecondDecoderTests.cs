using ImageMagick;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Second;

/// <summary>Formats of the second decoder: the picture that was written comes back, upright, in sRGB, over the right ground.</summary>
public sealed class SecondDecoderTests
{
    private static readonly Picture s_scene = TestPictures.Scene(96, 64, classIndex: 3, seed: 5);

    public static TheoryData<string> Formats() => [.. MagickBytes.Formats];

    [Theory]
    [MemberData(nameof(Formats))]
    [InlineData("jpeg-2000-stream")]
    public void A_picture_comes_back(string format)
    {
        var picture = Decoded(MagickBytes.Of(s_scene, format));
        Assert.Equal(format.Replace("-stream", "", StringComparison.Ordinal), picture.Facts.Format);
        Assert.Equal((96, 64, 1), (picture.Facts.Width, picture.Facts.Height, picture.Facts.Orientation));
        Assert.InRange(TestPictures.Difference(s_scene, picture), 0, format is "jpeg-2000" or "jpeg-2000-stream" ? 2.5 : 0);
    }

    [Fact]
    public void Hand_written_files_come_back()
    {
        Assert.Equal(s_scene.Pixels, Decoded(SecondBytes.Bmp(s_scene)).Pixels);
        Assert.Equal(s_scene.Pixels, Decoded(SecondBytes.Psd(s_scene)).Pixels);
    }

    [Fact]
    public void Light_of_an_exr_is_coded_for_the_screen()
    {
        var bytes = SecondBytes.Exr(48, 32, (x, y) => (Linear(s_scene.At(x, y).Red), Linear(s_scene.At(x, y).Green), Linear(s_scene.At(x, y).Blue)));
        var expected = s_scene.Crop(new PictureBox(0, 0, 48, 32));
        // Eight bits of light are steps of up to 13 levels in the shadows.
        Assert.InRange(TestPictures.Difference(expected, Decoded(bytes)), 0, 3);
    }

    [Theory]
    [InlineData("Z")]
    [InlineData("B G")]
    [InlineData("A")]
    [InlineData("diffuse.B diffuse.G diffuse.R")]
    public void An_exr_without_colours_is_refused_by_the_names_of_its_channels(string channels)
    {
        var failure = PictureDecoder.Shared.Decode(SecondBytes.Exr(24, 16, channels.Split(' '), (_, x, y) => (x + y) / 40f)).Failure;
        Assert.Equal(DecodeFailureReason.Unsupported, failure?.Reason);
        Assert.Contains(channels.Replace(" ", ", ", StringComparison.Ordinal), failure!.Message);
        Assert.Contains("R, G and B, or Y", failure.Message);
    }

    [Theory]
    [InlineData("Y")]
    [InlineData("B G R Z")]
    [InlineData("A B G R depth.Z")]
    public void An_exr_with_colours_or_grey_and_more_is_read(string channels)
    {
        var grey = PictureBytes.Grey(s_scene);
        var picture = Decoded(SecondBytes.Exr(96, 64, channels.Split(' '), (channel, x, y) => channel == "A" ? 1 : Linear(grey[(y * 96) + x])));
        Assert.InRange(Enumerable.Range(0, grey.Length).Average(i => Math.Abs(picture.Pixels[(3 * i) + 1] - grey[i])), 0, 3);
    }

    [Fact]
    public void An_exr_whose_list_of_channels_is_damaged_is_broken()
    {
        var good = SecondBytes.Exr(24, 16, (_, _) => (0.5f, 0.2f, 0.1f));
        var list = good.AsSpan().IndexOf("chlist\0"u8) + 7;
        foreach (var length in new[] { int.MaxValue, -1, 3, 30 })
        {
            var bytes = good.ToArray();
            BitConverter.TryWriteBytes(bytes.AsSpan(list), length);
            Assert.Equal(DecodeFailureReason.Broken, PictureDecoder.Shared.Decode(bytes).Failure?.Reason);
        }
        for (var length = 5; length < list + 60; length++)
            Assert.False(PictureDecoder.Shared.Decode(good.AsMemory(0, length)).Succeeded);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Shrinking_and_boxes_are_those_of_other_formats(string format)
    {
        var large = TestPictures.Scene(600, 400, classIndex: 1, seed: 2);
        var bytes = MagickBytes.Of(large, format);
        var small = Decoded(bytes, new DecodeOptions { MinimumSide = 40 });
        Assert.Equal((60, 40), (small.Width, small.Height));
        Assert.Equal((600, 400), (small.Facts.Width, small.Facts.Height));
        Assert.InRange(TestPictures.Difference(large.Resize(60, 40), small), 0, 3);
        var box = new PictureBox(200, 100, 300, 200);
        Assert.InRange(TestPictures.Difference(large.Crop(box).Resize(60, 40), Decoded(bytes, new DecodeOptions { MinimumSide = 40, Box = box })), 0, 3);
        Assert.Equal(DecodeFailureReason.OutsideBox, PictureDecoder.Shared.Decode(bytes, new DecodeOptions { Box = new PictureBox(700, 0, 9, 9) }).Failure?.Reason);
    }

    [Theory]
    [InlineData("jpeg-xl", 6)]
    [InlineData("jpeg-xl", 3)]
    [InlineData("jpeg-xl", 5)]
    [InlineData("jpeg-xl", 7)]
    public void A_picture_is_turned_exactly_once(string format, int orientation)
    {
        // The writer notes the turn in the code stream, and EXIF says it, too.
        var bytes = MagickBytes.Of(TestExif.Stored(s_scene, orientation), format, image =>
        {
            image.Orientation = (Orientation)orientation;
            var exif = new ExifProfile();
            exif.SetValue(ExifTag.Orientation, (ushort)orientation);
            image.SetProfile(exif);
        });
        var picture = Decoded(bytes);
        Assert.Equal((96, 64), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(s_scene, picture), 0, 2.5);
    }

    [Theory]
    [InlineData("jpeg-xl")]
    [InlineData("psd")]
    [InlineData("jpeg-2000")]
    public void A_profile_is_converted_to_srgb(string format)
    {
        var profile = new MagickImage(PictureBytes.PngWithProfile(s_scene, "p3")).GetColorProfile()!;
        var bytes = MagickBytes.Of(TestPictures.Solid(64, 64, 185, 71, 50), format, image => image.SetProfile(profile, ColorTransformMode.Quantum));
        if (new MagickImage(bytes).GetColorProfile() is null)
            Assert.Skip($"The writer puts no profile into {format}.");
        // (200, 60, 40) in sRGB is about (185, 71, 50) in Display P3.
        var (red, green, blue) = Decoded(bytes).At(30, 30);
        Assert.InRange(red, 195, 205);
        Assert.InRange(green, 53, 66);
        Assert.InRange(blue, 33, 46);
    }

    [Fact]
    public void Cmyk_grey_palette_and_sixteen_bits_come_back()
    {
        Assert.InRange(TestPictures.Difference(s_scene, Decoded(MagickBytes.Of(s_scene, "psd", image => image.ColorSpace = ColorSpace.CMYK))), 0, 3);
        var grey = new Picture(96, 64, [.. PictureBytes.Grey(s_scene).SelectMany(value => new[] { value, value, value })], s_scene.Facts);
        foreach (var format in new[] { "jpeg-xl", "jpeg-2000", "psd", "bmp" })
            Assert.InRange(TestPictures.Difference(grey, Decoded(MagickBytes.Of(PictureBytes.Grey(s_scene), "R", 96, 64, format, image => image.ColorSpace = ColorSpace.Gray))), 0, 2.5);
        Assert.InRange(TestPictures.Difference(s_scene, Decoded(MagickBytes.Of(s_scene, "bmp3", image => image.Quantize(new QuantizeSettings { Colors = 200 })))), 0, 6);
        foreach (var format in new[] { "jpeg-xl", "jpeg-2000", "psd" })
            Assert.InRange(TestPictures.Difference(s_scene, Decoded(MagickBytes.Of(s_scene, format, image => image.Depth = 16))), 0, 2.5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_translucent_psd_has_the_colours_its_writer_meant(bool blendedWithWhite)
    {
        // (200, 60, 40) half opaque. Photoshop stores it laid over white and leaves its version block; ImageMagick stores the colour.
        byte[] stored = blendedWithWhite ? [227, 157, 147, 128] : [200, 60, 40, 128];
        var psd = MagickBytes.Of([.. Enumerable.Range(0, 32 * 32).SelectMany(_ => stored)], "RGBA", 32, 32, "psd");
        var picture = Decoded(blendedWithWhite ? SecondBytes.WithVersionBlock(psd) : psd);
        Assert.True(picture.Facts.HasAlpha);
        var (red, green, blue) = picture.At(16, 16);
        Assert.InRange(red, 224, 230);
        Assert.InRange(green, 154, 160);
        Assert.InRange(blue, 144, 150);
    }

    [Theory]
    [InlineData("jpeg-xl")]
    [InlineData("psd")]
    public void Alpha_is_laid_over_white(string format)
    {
        var samples = Enumerable.Range(0, 64 * 64).SelectMany(i => new byte[] { 200, 30, 60, (byte)(i % 64 < 32 ? 255 : 0) }).ToArray();
        var picture = Decoded(MagickBytes.Of(samples, "RGBA", 64, 64, format));
        Assert.InRange(picture.At(10, 30).Green, 20, 40);
        Assert.InRange(picture.At(50, 30).Green, 250, 255);
    }

    [Fact]
    public void A_heic_is_turned_once_and_by_its_own_turn_alone()
    {
        var picture = Decoded(HeicBytes.Turned);
        Assert.Equal("heic", picture.Facts.Format);
        Assert.Equal((64, 48), (picture.Facts.Width, picture.Facts.Height));
        Assert.Equal(HeicBytes.Camera, picture.Facts.Camera);
        Assert.Equal(HeicBytes.Taken, picture.Facts.Taken);
        Assert.InRange(TestPictures.Difference(HeicBytes.Upright, picture), 0, 3);
        Assert.InRange(TestPictures.Difference(TestExif.Stored(HeicBytes.Upright, 6), Decoded(HeicBytes.ExifAlone)), 0, 3);
        var corner = Decoded(HeicBytes.Turned, new DecodeOptions { Box = new PictureBox(34, 2, 28, 20), MinimumSide = 10 });
        Assert.InRange(TestPictures.Difference(TestPictures.Solid(14, 10, 30, 200, 40), corner), 0, 4);
    }

    private static Picture Decoded(byte[] bytes, DecodeOptions? options = null)
    {
        var result = PictureDecoder.Shared.Decode(bytes, options ?? DecodeOptions.Default);
        Assert.True(result.Succeeded, result.Failure?.Message);
        return result.Picture;
    }

    private static float Linear(byte value) => (float)(value / 255.0 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4));
}
