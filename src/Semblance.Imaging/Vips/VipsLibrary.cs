using System.Runtime.InteropServices;
using Semblance.Natives;

namespace Semblance.Imaging.Vips;

/// <summary>
/// Loads and starts libvips once per process: one thread per operation (pictures run in parallel, not their rows), no
/// operation cache (it would keep decoded pictures alive), only the allowed loaders, nothing on stderr.
/// </summary>
internal static unsafe class VipsLibrary
{
    private static readonly Lazy<nint> s_handle = new(static () => NativeLibrary.Load(NativeAssets.Library("libvips")));
    private static readonly Lazy<string> s_version = new(Start);

    /// <summary>The loaded library, not yet started.</summary>
    internal static nint Handle => s_handle.Value;

    /// <summary>Starts the library on first use and returns its version, e.g. <c>8.18.7</c>.</summary>
    /// <exception cref="FileNotFoundException">The build staged no libvips for this platform.</exception>
    /// <exception cref="InvalidOperationException">The library is there and would not start.</exception>
    internal static string Version => s_version.Value;

    internal static void EnsureStarted() => _ = s_version.Value;

    /// <summary>
    /// The library's error text since the last call. The buffer is shared by all threads, so lines of another thread's
    /// failure may be among them: never decide anything by this text alone.
    /// </summary>
    internal static string TakeErrors()
    {
        var text = VipsNative.ErrorBufferCopy();
        try
        {
            return Marshal.PtrToStringUTF8(text) ?? "";
        }
        finally
        {
            VipsNative.Free(text);
        }
    }

    private static string Start()
    {
        // Resolved here first: a missing file is then reported by its own sentence and not by a failing static constructor.
        _ = Handle;
        // Warnings are answered by a result value; the library would print them.
        VipsNative.LogSetWriter(&Swallow, null, null);
        if (VipsNative.Init("semblance") != 0)
            throw new InvalidOperationException($"libvips would not start: {TakeErrors().Trim()}. Delete artifacts/natives and build again.");
        VipsNative.ConcurrencySet(1);
        VipsNative.CacheSetMax(0);
        VipsNative.BlockUntrustedSet(1);
        VipsNative.OperationBlockSet("VipsForeignLoad", 1);
        foreach (var loader in PictureLoader.All)
            VipsNative.OperationBlockSet(loader.ClassName, 0);
        return $"{VipsNative.Version(0)}.{VipsNative.Version(1)}.{VipsNative.Version(2)}";
    }

    [UnmanagedCallersOnly]
    private static int Swallow(int level, void* fields, nuint count, void* data) => 1;
}
