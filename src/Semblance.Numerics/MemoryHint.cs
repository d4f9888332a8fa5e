using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics;

/// <summary>
/// Asks the processor for memory that is about to be read. A hint: wrong addresses are harmless, and where the machine offers no
/// such request (Arm, in .NET 10) nothing happens.
/// </summary>
internal static class MemoryHint
{
    private const int Line = 64;

    /// <summary>Asks for every cache line of <paramref name="memory"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ReadOnlySpan<T> memory)
        where T : unmanaged
    {
        // Not pinned: the address is only a hint, so it may go stale.
        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory));
        for (nint at = 0; at < (nint)memory.Length * sizeof(T); at += Line)
            Prefetch(start + at);
    }

    /// <summary>Asks for the cache line that holds <paramref name="address"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }
}
