using Semblance.Imaging.Second;
using Semblance.Imaging.Vips;

namespace Semblance.Imaging;

/// <summary>One picture format and what this machine does with it.</summary>
/// <param name="Loader">Which decoder reads it: an operation of libvips, <c>ImageMagick</c> in its own process, <c>built in</c>, or <c>none</c>.</param>
/// <param name="Note">What a user should know: what is taken of the file, or why it is not decoded.</param>
public sealed record PictureFormatSupport(string Format, string Loader, IReadOnlyList<string> Extensions, bool CanDecode, string Note);

/// <summary>What this machine decodes and by what; asked of the decoders, not of a table.</summary>
public static class PictureFormats
{
    private const string SecondName = "ImageMagick";

    private static readonly (string Format, string[] Extensions, string Note)[] s_first =
    [
        ("jpeg", [".jpg", ".jpeg", ".jpe", ".jfif"], "baseline and progressive, grey, RGB, CMYK; shrinks while it reads"),
        ("png", [".png", ".apng"], "palette, 16 bits, alpha over white, or black where white would hide it; first frame"),
        ("webp", [".webp"], "first frame that shows something; shrinks while it reads"),
        ("gif", [".gif"], "first frame that shows something"),
        ("avif", [".avif", ".heif"], "first picture"),
        ("tiff", [".tif", ".tiff"], "first page that shows something; floats and 32 bits by their sample range; CIE Lab"),
        ("svg", [".svg"], "drawn without any access to files or network; embedded data only"),
    ];

    private static readonly (string Format, string[] Extensions, string Note)[] s_second =
    [
        ("heic", [".heic", ".heif", ".hif"], "primary picture"),
        ("bmp", [".bmp", ".dib"], "all depths"),
        ("jpeg-xl", [".jxl"], "first frame"),
        ("jpeg-2000", [".jp2", ".j2k", ".jpf", ".jpx"], "files and bare streams"),
        ("psd", [".psd", ".psb"], "the merged picture"),
        ("exr", [".exr"], "0 to 1 is shown, brighter is white"),
        ("dng", [".dng"], "the camera's rendering inside where it is large enough, else developed"),
        ("cr2", [".cr2"], "as dng"),
        ("cr3", [".cr3"], "as dng"),
        ("nef", [".nef", ".nrw"], "as dng"),
        ("arw", [".arw"], "as dng"),
        ("raf", [".raf"], "as dng"),
        ("rw2", [".rw2"], "as dng"),
        ("orf", [".orf"], "as dng"),
        ("pef", [".pef"], "as dng"),
        ("srw", [".srw"], "as dng"),
    ];

    private static readonly Lazy<(DecoderGreeting? Greeting, string Problem)> s_program = new(DecoderPool.Shared.Ask);

    private static readonly Lazy<IReadOnlyList<PictureFormatSupport>> s_supported = new(static () =>
    [
        .. s_first.Select(AskFirst),
        new PictureFormatSupport("pnm", "built in", [".ppm", ".pgm", ".pbm", ".pnm"], CanDecode: true, "plain and binary, 8 and 16 bits; first picture"),
        .. s_second.Select(AskSecond),
        new PictureFormatSupport("pdf", "none", [".pdf"], CanDecode: false, "documents are kept out for safety"),
    ]);

    /// <summary>Version of libvips.</summary>
    public static string LibraryVersion => VipsLibrary.Version;

    /// <summary>Name and version of the second decoder's library, or why there is none; starts its process on first use.</summary>
    public static string SecondLibrary => s_program.Value.Greeting?.Library ?? s_program.Value.Problem;

    /// <summary>Starts the second decoder's process on first use.</summary>
    public static IReadOnlyList<PictureFormatSupport> Supported => s_supported.Value;

    private static PictureFormatSupport AskFirst((string Format, string[] Extensions, string Note) known)
    {
        var loader = PictureLoader.ForFormat(known.Format)!;
        return loader.IsPresent
            ? new PictureFormatSupport(known.Format, loader.Operation, known.Extensions, CanDecode: true, known.Note)
            : new PictureFormatSupport(known.Format, "none", known.Extensions, CanDecode: false, "the loaded libvips was built without it");
    }

    private static PictureFormatSupport AskSecond((string Format, string[] Extensions, string Note) known)
    {
        var (greeting, problem) = s_program.Value;
        return greeting is not null && greeting.Formats.Contains(known.Format, StringComparer.Ordinal)
            ? new PictureFormatSupport(known.Format, SecondName, known.Extensions, CanDecode: true, known.Note)
            : new PictureFormatSupport(known.Format, "none", known.Extensions, CanDecode: false, greeting is null ? problem : "the second decoder's library was built without it");
    }
}
