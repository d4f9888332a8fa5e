using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureFormatsTests
{
    [Fact]
    public void What_is_said_to_decode_decodes()
    {
        var scene = TestPictures.Scene(64, 48, classIndex: 1, seed: 1);
        var samples = new Dictionary<string, byte[]>
        {
            ["jpeg"] = PictureBytes.Jpeg(scene),
            ["png"] = PictureBytes.Png(scene),
            ["webp"] = PictureBytes.WebP(scene),
            ["gif"] = PictureBytes.Gif(scene),
            ["avif"] = PictureBytes.Avif(scene),
            ["tiff"] = PictureBytes.Tiff(scene),
            ["svg"] = PictureBytes.Svg("<rect width=\"9\" height=\"9\"/>"),
            ["pnm"] = PictureBytes.Ppm(scene),
        };
        var bmp = SecondBytes.Bmp(scene);
        foreach (var format in PictureFormats.Supported.Where(format => format.CanDecode && format.Loader != "ImageMagick"))
            Assert.Equal(format.Format, PictureDecoder.Shared.Decode(samples[format.Format]).Picture?.Facts.Format);
        Assert.Equal(samples.Count, PictureFormats.Supported.Count(format => format.CanDecode && format.Loader != "ImageMagick"));
        Assert.StartsWith("8.", PictureFormats.LibraryVersion, StringComparison.Ordinal);
        Assert.StartsWith("ImageMagick 7.", PictureFormats.SecondLibrary, StringComparison.Ordinal);
        Assert.Equal("bmp", PictureDecoder.Shared.Decode(bmp).Picture?.Facts.Format);
        Assert.Superset(new HashSet<string>(["heic", "bmp", "jpeg-xl", "jpeg-2000", "psd", "exr", "dng"]), PictureFormats.Supported.Where(format => format is { CanDecode: true, Loader: "ImageMagick" }).Select(format => format.Format).ToHashSet());
    }

    [Fact]
    public void Every_extension_of_a_format_is_opened()
        => Assert.All(PictureFormats.Supported.Where(format => format.CanDecode).SelectMany(format => format.Extensions), extension => Assert.True(PictureFiles.LooksLikePicture("a" + extension), extension));

    [Fact]
    public void What_cannot_be_decoded_is_named_in_its_failure()
    {
        byte[] icon = [0, 0, 1, 0, 1, 0, .. new byte[60]];
        var failure = PictureDecoder.Shared.Decode(icon).Failure!;
        Assert.Equal(DecodeFailureReason.Unsupported, failure.Reason);
        Assert.Contains("ICO", failure.Message);
        Assert.Contains("convert it to JPEG or PNG", failure.Message);
    }

    [Theory]
    [InlineData("heic", "mif1heic")]
    [InlineData("mif1", "mif1heic")]
    public void Heic_is_told_from_avif_by_its_brands(string major, string compatible)
    {
        byte[] bytes = [0, 0, 0, 24, .. "ftyp"u8, .. System.Text.Encoding.ASCII.GetBytes(major), 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(compatible), .. new byte[64]];
        var failure = PictureDecoder.Shared.Decode(bytes).Failure!;
        Assert.Equal(DecodeFailureReason.Broken, failure.Reason);
        Assert.Contains("HEIC", failure.Message);
    }
}
