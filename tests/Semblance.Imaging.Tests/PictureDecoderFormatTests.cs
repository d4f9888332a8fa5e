using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureDecoderFormatTests
{
    private static readonly Picture s_scene = TestPictures.Scene(96, 64, classIndex: 4, seed: 9);

    public static TheoryData<string, string, double> Variants { get; } = new()
    {
        { "Jpeg", "jpeg", 4 },
        { "ProgressiveJpeg", "jpeg", 4 },
        { "CmykJpeg", "jpeg", 12 },
        { "Png", "png", 0 },
        { "InterlacedPng", "png", 0 },
        { "SixteenBitPng", "png", 0.01 },
        { "PalettePng", "png", 6 },
        { "WebP", "webp", 4 },
        { "Gif", "gif", 8 },
        { "Avif", "avif", 4 },
        { "Tiff", "tiff", 0 },
        { "LzwTiff", "tiff", 0 },
        { "SixteenBitTiff", "tiff", 0.01 },
        { "Ppm", "pnm", 0 },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Decodes_to_the_pixels_that_were_stored(string variant, string format, double tolerance)
    {
        var bytes = Bytes(variant);
        var result = PictureDecoder.Shared.Decode(bytes);
        Assert.True(result.Succeeded, result.Failure?.Message);
        Assert.Equal(format, result.Picture.Facts.Format);
        Assert.Equal((96, 64), (result.Picture.Facts.Width, result.Picture.Facts.Height));
        Assert.InRange(TestPictures.Difference(s_scene, result.Picture), 0, tolerance);
    }

    [Theory]
    [InlineData("GreyJpeg", 2)]
    [InlineData("GreyPng", 0)]
    [InlineData("Pgm", 0)]
    public void Grey_becomes_three_equal_channels(string variant, double tolerance)
    {
        var picture = PictureDecoder.Shared.Decode(Bytes(variant)).Picture!;
        var grey = PictureBytes.Grey(s_scene);
        var expected = TestPictures.Draw(96, 64, "grey", (x, y) => (grey[(y * 96) + x], grey[(y * 96) + x], grey[(y * 96) + x]));
        Assert.InRange(TestPictures.Difference(expected, picture), 0, tolerance);
    }

    private static byte[] Bytes(string variant) => variant switch
    {
        "Jpeg" => PictureBytes.Jpeg(s_scene),
        "ProgressiveJpeg" => PictureBytes.ProgressiveJpeg(s_scene),
        "CmykJpeg" => PictureBytes.CmykJpeg(s_scene),
        "GreyJpeg" => PictureBytes.GreyJpeg(s_scene),
        "GreyPng" => PictureBytes.GreyPng(s_scene),
        "Png" => PictureBytes.Png(s_scene),
        "InterlacedPng" => PictureBytes.InterlacedPng(s_scene),
        "SixteenBitPng" => PictureBytes.SixteenBitPng(s_scene),
        "PalettePng" => PictureBytes.PalettePng(s_scene),
        "WebP" => PictureBytes.WebP(s_scene),
        "Gif" => PictureBytes.Gif(s_scene),
        "Avif" => PictureBytes.Avif(s_scene),
        "Tiff" => PictureBytes.Tiff(s_scene),
        "LzwTiff" => PictureBytes.Tiff(s_scene, "lzw"),
        "SixteenBitTiff" => PictureBytes.SixteenBitTiff(s_scene),
        "Ppm" => PictureBytes.Ppm(s_scene),
        "Pgm" => PictureBytes.Pgm(s_scene),
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, message: null),
    };
}
