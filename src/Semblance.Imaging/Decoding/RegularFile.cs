using System.Runtime.InteropServices;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Asks the system what kind of file a path leads to; .NET does not tell a pipe from a regular file before it has opened
/// it, and that open waits. Linux: statx(2), the same layout on every processor. macOS: stat(2) of arm64.
/// </summary>
internal static unsafe partial class RegularFile
{
    private const int CurrentDirectory = -100;
    private const uint AskForType = 1;
    private const int LinuxModeOffset = 28;
    private const int MacModeOffset = 4;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>False for a pipe, device, socket or folder; true where the system does not say. Links are followed.</summary>
    internal static bool Is(string path)
    {
        if (OperatingSystem.IsWindows())
            return true;
        var buffer = stackalloc byte[512];
        var offset = OperatingSystem.IsMacOS() ? MacModeOffset : LinuxModeOffset;
        var status = OperatingSystem.IsMacOS() ? Stat(path, buffer) : StatX(CurrentDirectory, path, 0, AskForType, buffer);
        return status != 0 || (*(ushort*)(buffer + offset) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* buffer);
}
