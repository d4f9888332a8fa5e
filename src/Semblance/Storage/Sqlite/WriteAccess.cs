using System.Runtime.InteropServices;

namespace Semblance.Storage;

/// <summary>
/// Whether this process may write to a file or folder. Unix is asked by access(2), which sees permissions and read-only
/// mounts and leaves nothing behind if the process is killed; elsewhere a file that deletes itself is the only sure test.
/// </summary>
internal static partial class WriteAccess
{
    private const int MayWrite = 2;

    public static bool To(string path) => OperatingSystem.IsWindows() ? TryToWrite(path) : Access(path, MayWrite) == 0;

    private static bool TryToWrite(string path)
    {
        try
        {
            if (Directory.Exists(path))
                new FileStream(Path.Combine(path, ".write-" + Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            else
                File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException e)
        {
            // ERROR_DISK_FULL: it can still be read, and written in place.
            return (e.HResult & 0xFFFF) == 112;
        }
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
