using System.Runtime.InteropServices;

namespace Semblance.Decoder;

/// <summary>
/// Bounds that the system holds, beside those of the library. Linux: setrlimit(2), whose data limit counts all private
/// memory that can be written; an allocation beyond it fails. Elsewhere the owner's watch over the process stands alone.
/// </summary>
internal static unsafe partial class ProcessLimits
{
    private const int Data = 2;
    private const int FileSize = 1;
    private const int Core = 4;

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Now;
        public ulong Most;
    }

    /// <summary>
    /// Some coders (HEIC, RAW) read a file only, so the library writes the bytes into the private folder that the owner made:
    /// no file may grow beyond what a picture has. A crash leaves no image of the memory.
    /// </summary>
    internal static void SetFiles(long bytes)
    {
        Set(FileSize, (ulong)bytes);
        Set(Core, 0);
    }

    internal static void SetMemory(long bytes) => Set(Data, (ulong)bytes);

    private static void Set(int resource, ulong value)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Limit limit;
        if (GetLimit(resource, &limit) == 0)
        {
            limit.Now = Math.Min(value, limit.Most);
            _ = SetLimit(resource, &limit);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, Limit* limit);
}
