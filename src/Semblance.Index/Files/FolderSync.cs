using System.Runtime.InteropServices;

namespace Semblance.Index.Files;

/// <summary>
/// Makes renames in a folder survive a power cut: on Linux they do only once the folder itself has been flushed (fsync(2)). Elsewhere,
/// and on file systems that refuse it, nothing happens: the old file is then as likely to be there as the new, and both are whole.
/// </summary>
internal static partial class FolderSync
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on every architecture that .NET runs on under Linux; O_RDONLY is 0.

    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            var file = Open(folder, CloseOnExec);
            if (file < 0)
                return;
            _ = Sync(file);
            _ = Close(file);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: as on a file system that refuses.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
