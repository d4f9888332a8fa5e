using ImageMagick;
using Semblance.Imaging.Second;

namespace Semblance.Decoder;

/// <summary>
/// Tells a folder without room from a damaged picture: libraries that read files only say the same of both, that they could not
/// read the file.
/// </summary>
internal static class TemporaryFolder
{
    private static readonly string[] s_signs = ["UnableToWriteBlob", "UnableToCreateTemporaryFile", "UnableToOpenBlob", "UnableToWriteFile", "No space left", "Read-only file system", "Disk quota exceeded", "Too many open files"];

    /// <summary>Why a file of so many bytes could not lie in the folder, or null where it could.</summary>
    internal static string? WhyNot(MagickException exception, long bytes)
    {
        var messages = exception.RelatedExceptions.Prepend(exception).Select(one => one.Message);
        var said = messages.FirstOrDefault(message => Array.Exists(s_signs, sign => message.Contains(sign, StringComparison.OrdinalIgnoreCase)));
        return Try(bytes) ?? (said is null ? null : FailureText.Plain(said));
    }

    private static string? Try(long bytes)
    {
        if (Environment.GetEnvironmentVariable(DecoderWire.TemporaryVariable) is not { Length: > 0 } folder)
            return null;
        try
        {
            // Room is asked for and not written.
            using var file = new FileStream(Path.Combine(folder, "room"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = Math.Max(bytes, 1), Options = FileOptions.DeleteOnClose });
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return "it is gone";
        }
        catch (UnauthorizedAccessException)
        {
            return "it cannot be written";
        }
        catch (IOException)
        {
            return "no room is left";
        }
    }
}
