using System.Collections.Frozen;
using Semblance.Imaging.Decoding;

namespace Semblance.Imaging;

/// <summary>Which files of a folder are worth opening. Only a first sieve: the content decides when a file is decoded.</summary>
public static class PictureFiles
{
    private static readonly FrozenSet<string> s_extensions = new[]
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".avif", ".heic", ".heif", ".tif", ".tiff",
        ".svg", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx", ".psd", ".psb", ".exr",
        ".hif", ".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".raf", ".rw2", ".orf", ".pef", ".srw",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Extensions with their dot, lower case.</summary>
    public static IReadOnlyCollection<string> Extensions => s_extensions;

    /// <summary>True when the extension is that of a picture format, also of one that this machine cannot decode: it is then reported, not passed over.</summary>
    public static bool LooksLikePicture(string path) => s_extensions.Contains(Path.GetExtension(path));

    /// <summary>Files above this size are not read; no camera writes such a picture.</summary>
    public const long MaxFileBytes = 512L << 20;

    /// <summary>Bytes that tell every format this library knows by its magic.</summary>
    private const int MagicBytes = 512;

    /// <summary>True when the first bytes are those of a picture format, whatever the name; false also for what cannot be read.</summary>
    public static bool IsPictureByContent(string path)
    {
        try
        {
            if (IsSpecial(path))
                return false;
            using var file = Open(path);
            Span<byte> head = stackalloc byte[MagicBytes];
            return FormatSniffer.Sniff(head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]) is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>All bytes of a file, or why they cannot be had. A pipe, device or socket is refused without being opened.</summary>
    public static (byte[]? Bytes, DecodeFailure? Failure) Read(string path)
    {
        try
        {
            if (IsSpecial(path))
                return Unreadable("This is no regular file (a pipe, device, socket or folder); leave it out.");
            using var file = Open(path);
            if (file.Length > MaxFileBytes)
                return (null, new(DecodeFailureReason.TooLarge, $"The file has {file.Length >> 20} MB and no more than {MaxFileBytes >> 20} MB are read; this limit is apart from that of megapixels. Store the picture compressed."));
            var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read < bytes.Length)
                Array.Resize(ref bytes, read);
            return (bytes, null);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable("The file is no longer there; run again to bring the collection up to date.");
        }
        catch (UnauthorizedAccessException)
        {
            return Unreadable("The file may not be read; give this user permission to read it.");
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            var end = exception.Message.AsSpan().IndexOfAny('\r', '\n');
            return Unreadable($"The file could not be read: {(end < 0 ? exception.Message : exception.Message[..end])}");
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);

    private static (byte[]? Bytes, DecodeFailure? Failure) Unreadable(string message) => (null, new(DecodeFailureReason.Unreadable, message));

    /// <summary>True for anything but a regular file (links followed): opening a pipe would wait for its writer.</summary>
    private static bool IsSpecial(string path) => File.GetAttributes(path).HasFlag(FileAttributes.Directory) || !RegularFile.Is(path);
}
