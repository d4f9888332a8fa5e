using Semblance.Imaging.Vips;

namespace Semblance.Imaging;

/// <summary>One picture format and what the loaded library does with it.</summary>
/// <param name="Loader">Operation of libvips, or <c>built in</c>, or <c>none</c>.</param>
/// <param name="Note">What a user should know: what is taken of the file, or why it is not decoded.</param>
public sealed record PictureFormatSupport(string Format, string Loader, IReadOnlyList<string> Extensions, bool CanDecode, string Note);

/// <summary>What this machine decodes and by what; asked of the loaded library, not of a table.</summary>
public static class PictureFormats
{
    private static readonly (string Format, string[] Extensions, string Note)[] s_known =
    [
        ("jpeg", [".jpg", ".jpeg", ".jpe", ".jfif"], "baseline and progressive, grey, RGB, CMYK; shrinks while it reads"),
        ("png", [".png", ".apng"], "palette, 16 bits, alpha over white; first frame"),
        ("webp", [".webp"], "first frame; shrinks while it reads"),
        ("gif", [".gif"], "first frame"),
        ("avif", [".avif", ".heif"], "first picture"),
        ("tiff", [".tif", ".tiff"], "first page"),
        ("svg", [".svg"], "drawn without any access to files or network; embedded data only"),
    ];

    public static string LibraryVersion => VipsLibrary.Version;

    public static IReadOnlyList<PictureFormatSupport> Supported { get; } =
    [
        .. s_known.Select(Ask),
        new PictureFormatSupport("pnm", "built in", [".ppm", ".pgm", ".pbm", ".pnm"], CanDecode: true, "plain and binary, 8 and 16 bits; first picture"),
        .. new (string Format, string[] Extensions)[] { ("heic", [".heic"]), ("bmp", [".bmp", ".dib"]), ("jpeg-xl", [".jxl"]), ("jpeg-2000", [".jp2"]) }
            .Select(missing => new PictureFormatSupport(missing.Format, "none", missing.Extensions, CanDecode: false, "the loaded libvips has no decoder for it; recognised and reported")),
        new PictureFormatSupport("pdf", "none", [".pdf"], CanDecode: false, "documents are kept out for safety"),
    ];

    private static PictureFormatSupport Ask((string Format, string[] Extensions, string Note) known)
    {
        var loader = PictureLoader.ForFormat(known.Format)!;
        return loader.IsPresent
            ? new PictureFormatSupport(known.Format, loader.Operation, known.Extensions, CanDecode: true, known.Note)
            : new PictureFormatSupport(known.Format, "none", known.Extensions, CanDecode: false, "the loaded libvips was built without it");
    }
}
