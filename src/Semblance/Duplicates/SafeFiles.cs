using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Semblance.Duplicates;

/// <summary>File steps that never overwrite and never leave a picture without a whole copy on disk.</summary>
internal static partial class SafeFiles
{
    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    public static string Hash(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>
    /// Moves a file to a name that must be free. On one volume a second name is made and the first removed, which cannot
    /// overwrite; across volumes the bytes are copied, forced to disk and compared by hash before the source goes.
    /// </summary>
    /// <exception cref="IOException">The name is taken, or the copy differs; the source stands.</exception>
    public static void Move(string source, string target, string hash)
    {
        if (Path.Exists(target))
            throw new IOException($"{target} exists.");
        try
        {
            HardLink(source, target);
        }
        catch (IOException) when (!Path.Exists(target))
        {
            Copy(source, target, hash);
        }
        File.Delete(source);
    }

    /// <summary>A second name for a file, on the same volume.</summary>
    public static void HardLink(string existing, string name)
    {
        var failed = OperatingSystem.IsWindows() ? !CreateHardLink(name, existing, 0) : Link(existing, name) != 0;
        if (failed)
            throw new IOException($"{name}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    /// <summary>A free name in the folder of <paramref name="path"/>.</summary>
    public static string NameBeside(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".semblance-{Guid.NewGuid():n}{Path.GetExtension(path)}");

    /// <summary>The path with every symbolic link on the way resolved.</summary>
    public static string RealPath(string path)
    {
        var root = Path.GetPathRoot(Path.GetFullPath(path))!;
        var real = root;
        foreach (var part in Path.GetFullPath(path)[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            var target = new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true);
            // The target's own folders may be links again.
            real = target is null ? next : RealPath(target.FullName);
        }
        return real;
    }

    private static void Copy(string source, string target, string hash)
    {
        try
        {
            using (var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read))
            using (var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }
            if (Hash(target) != hash)
                throw new IOException($"The copy at {target} differs from {source}; the disk may be failing.");
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(source));
        }
        catch (IOException) when (File.Exists(source))
        {
            File.Delete(target);
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string name, string existing, nint security);
}
