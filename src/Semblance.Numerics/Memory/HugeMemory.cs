using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace Semblance.Numerics.Memory;

/// <summary>
/// Memory outside the managed heap that asks Linux for huge pages: a search through a large index touches new pages all the time,
/// and with 4 KB pages the address look-ups cost about a quarter of the search; a training step sweeps all of its arena. Not cleared. Pages never touched cost nothing, so capacity
/// may be reserved generously. It lives until the last object that refers to it is gone: there is no Dispose, because readers hold
/// no count; a sole owner may call <see cref="Release"/>. Who uses a pointer keeps this object alive.
/// </summary>
internal sealed unsafe partial class HugeMemory : CriticalFinalizerObject
{
    private const int Line = 64;
    private const int HugePage = 1 << 21;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    public HugeMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = Math.Max(bytes, Line);
        var huge = Bytes >= HugePage;
        Start = (byte*)NativeMemory.AlignedAlloc(checked((nuint)Bytes), huge ? HugePage : (nuint)Line);
        // The collector sees only this small object; told of the rest, it comes in time.
        GC.AddMemoryPressure(Bytes);
        // A refusal (kernel without them, or set to never) costs only speed.
        if (huge && OperatingSystem.IsLinux())
            Advise(Start, (nuint)Bytes, AdviseHugePages);
    }

    ~HugeMemory() => Free();

    public byte* Start { get; private set; }

    public long Bytes { get; }

    /// <summary>Gives the memory back at once; only for an owner that knows of no other user.</summary>
    public void Release() => Free();

    private void Free()
    {
        if (Start is null)
            return;
        NativeMemory.AlignedFree(Start);
        Start = null;
        GC.RemoveMemoryPressure(Bytes);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
