using Semblance.Imaging;
using Semblance.Testing;

namespace Semblance.Benchmarks.Pictures;

/// <summary>One kind of file, and the commands that make it in a folder with <c>source.png</c> and <c>source.jpg</c>.</summary>
/// <param name="Make">Commands that end in <paramref name="File"/>.</param>
/// <param name="DecoderNote">Which decoder it was, where the format alone does not say.</param>
/// <param name="Write">Writes the file from the source's pixels, where no tool does.</param>
/// <param name="Decode">The tool's own way to <c>truth.png</c>; null where the source itself is the truth.</param>
internal sealed record FormatKind(string Name, string File, string[][] Make, string[]? Decode = null, string? DecoderNote = null, Func<Picture, byte[]>? Write = null)
{
    /// <summary>What is left to do behind <see cref="Decode"/>: heif-convert puts the EXIF block, and so its turn, into what it writes.</summary>
    public string[]? After { get; init; }

    public string[] Tools => [.. Make.Append(Decode).Append(After).OfType<string[]>().Select(command => command[0]).Distinct()];

    public string Against => Decode is { } decode ? $"`{decode[0]}`" : "the source";
}

internal static class FormatKinds
{
    /// <summary>Of Debian's package icc-profiles-free.</summary>
    private const string Srgb = "/usr/share/color/icc/sRGB.icc";

    private static readonly string[] s_lying = ["convert", "source.png", "-rotate", "-90", "-quality", "95", "lying.jpg"];
    private static readonly string[] s_turn = ["exiftool", "-q", "-overwrite_original", "-n", "-Orientation=6", "lying.jpg"];

    public static IReadOnlyList<FormatKind> All { get; } =
    [
        new("JPEG", "source.jpg", []),
        Convert("JPEG, progressive", "progressive.jpg", "-interlace", "Plane", "-quality", "95"),
        // By its own profile: without one, every program means another ink.
        new("JPEG, CMYK with a profile", "cmyk.jpg", [], ["convert", "cmyk.jpg", "-profile", Srgb, "truth.png"], Write: PictureBytes.CmykJpeg),
        new("JPEG lying on its side, EXIF 6", "lying.jpg", [s_lying, s_turn], ["convert", "lying.jpg", "-auto-orient", "truth.png"]),
        Convert("PNG", "plain.png"),
        Convert("PNG, palette", "PNG8:palette.png") with { File = "palette.png", Decode = ["convert", "palette.png", "PNG24:truth.png"] },
        Convert("PNG, 16 bits", "PNG48:deep.png") with { File = "deep.png" },
        new("WebP, lossy", "lossy.webp", [["cwebp", "-quiet", "-q", "90", "source.png", "-o", "lossy.webp"]], ["dwebp", "-quiet", "lossy.webp", "-o", "truth.png"]),
        new("WebP, lossless", "lossless.webp", [["cwebp", "-quiet", "-lossless", "source.png", "-o", "lossless.webp"]], ["dwebp", "-quiet", "lossless.webp", "-o", "truth.png"]),
        Convert("GIF", "a.gif") with { Decode = ["convert", "a.gif", "PNG24:truth.png"] },
        new("AVIF", "a.avif", [["heif-enc", "-A", "-q", "80", "source.jpg", "-o", "a.avif"]], ["heif-convert", "a.avif", "truth.png"]),
        new("HEIC", "a.heic", [["heif-enc", "-q", "80", "source.jpg", "-o", "a.heic"]], ["heif-convert", "a.heic", "truth.png"]),
        new("HEIC, 4:4:4", "full.heic", [["heif-enc", "-q", "80", "-p", "chroma=444", "source.jpg", "-o", "full.heic"]], ["heif-convert", "full.heic", "truth.png"]),
        new("HEIC, EXIF 6 without a turn of its own", "exif.heic", [s_lying, s_turn, ["heif-enc", "-q", "80", "lying.jpg", "-o", "exif.heic"]], ["heif-convert", "exif.heic", "exif.png"]) { After = ["convert", "exif.png", "-strip", "truth.png"] },
        new("TIFF", "plain.tif", [["convert", "source.png", "-compress", "none", "plain.tif"]]),
        new("TIFF, LZW, 16 bits, tiles", "tiles.tif", [["convert", "source.png", "-depth", "16", "deep.tif"], ["tiffcp", "-c", "lzw", "-t", "deep.tif", "tiles.tif"]]),
        new("TIFF, CMYK with a profile", "cmyk.tif", [["convert", "cmyk.jpg", "cmyk.tif"]], ["convert", "cmyk.tif", "-profile", Srgb, "truth.png"]),
        Convert("TIFF, 32-bit floats", "float.tif", "-define", "quantum:format=floating-point", "-depth", "32"),
        Convert("TIFF, 32-bit integers", "integer.tif", "-depth", "32"),
        Convert("TIFF, CIE Lab, 8 bits", "lab8.tif", "-depth", "8", "-colorspace", "Lab") with { DecoderNote = "ImageMagick" },
        Convert("TIFF, CIE Lab, 16 bits", "lab16.tif", "-depth", "16", "-colorspace", "Lab"),
        Convert("BMP, 24 bits", "BMP3:a.bmp") with { File = "a.bmp" },
        Convert("BMP, palette", "BMP3:palette.bmp", "-type", "Palette", "-colors", "256") with { File = "palette.bmp", Decode = ["convert", "palette.bmp", "truth.png"] },
        new("JPEG XL, lossy", "lossy.jxl", [["cjxl", "--quiet", "source.png", "lossy.jxl", "-d", "1"]], ["djxl", "--quiet", "lossy.jxl", "truth.png"]),
        new("JPEG XL, lossless", "lossless.jxl", [["cjxl", "--quiet", "source.png", "lossless.jxl", "-d", "0"]], ["djxl", "--quiet", "lossless.jxl", "truth.png"]),
        new("JPEG XL of a JPEG lying on its side", "lying.jxl", [s_lying, s_turn, ["cjxl", "--quiet", "lying.jpg", "lying.jxl"]], ["djxl", "--quiet", "lying.jxl", "truth.png"]),
        new("JPEG 2000 file", "a.jp2", [["opj_compress", "-i", "source.png", "-o", "a.jp2"]], ["opj_decompress", "-i", "a.jp2", "-o", "truth.png"]),
        new("JPEG 2000 stream, 20 : 1", "a.j2k", [["opj_compress", "-i", "source.png", "-r", "20", "-o", "a.j2k"]], ["opj_decompress", "-i", "a.j2k", "-o", "truth.png"]),
        Convert("PSD", "a.psd"),
        Convert("PSD, CMYK", "cmyk.psd", "-colorspace", "CMYK") with { Decode = ["convert", "cmyk.psd[0]", "-colorspace", "sRGB", "truth.png"] },
        new("OpenEXR", "a.exr", [], Write: scene => SecondBytes.Exr(scene.Width, scene.Height, (x, y) => (Light(scene.At(x, y).Red), Light(scene.At(x, y).Green), Light(scene.At(x, y).Blue)))),
        new("DNG with a rendering, orientation 6", "a.dng", [], DecoderNote: "the rendering, by jpegload_buffer", Write: scene => RawBytes.Dng(TestExif.Stored(scene, 6), TestExif.Stored(scene, 6), 6)),
        new("PPM", "a.ppm", [["convert", "source.png", "a.ppm"]]),
    ];

    private static FormatKind Convert(string name, string file, params string[] options) => new(name, file, [["convert", "source.png", .. options, file]]);

    private static float Light(byte value) => (float)(value / 255.0 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4));
}
