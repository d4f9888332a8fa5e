using System.Collections.Frozen;
using Semblance.Imaging.Decoding;

namespace Semblance.Imaging;

/// <summary>Which files of a folder are worth opening. Only a first sieve: the content decides when a file is decoded.</summary>
public static class PictureFiles
{
    private static readonly FrozenSet<string> s_extensions = new[]
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".avif", ".heic", ".heif", ".tif", ".tiff",
        ".svg", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".jxl", ".jp2",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Extensions with their dot, lower case.</summary>
    public static IReadOnlyCollection<string> Extensions => s_extensions;

    /// <summary>True when the extension is that of a picture format, also of one that this machine cannot decode: it is then reported, not passed over.</summary>
    public static bool LooksLikePicture(string path) => s_extensions.Contains(Path.GetExtension(path));

    /// <summary>True for anything but a regular file (links followed): opening a pipe would wait for its writer.</summary>
    internal static bool IsSpecial(string path)
    {
        var attributes = File.GetAttributes(path);
        if (attributes.HasFlag(FileAttributes.Directory))
            return true;
        return !RegularFile.Is(path);
    }
}
