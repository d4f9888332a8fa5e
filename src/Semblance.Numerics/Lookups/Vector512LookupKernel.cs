using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Lookups;

/// <summary>Thirty-two codes at a time, four of their numbers in one step: AVX-512. Adds up as <see cref="Vector256LookupKernel"/> does.</summary>
internal sealed class Vector512LookupKernel : ILookupKernel
{
    // Bytes: far enough for the latency of memory, little enough to be of use in a list of a few hundred codes.
    private const int Ahead = 4096;

    public string Name => "512";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sums(ref byte blocks, ref byte tables, int steps, ref ushort sums, int count)
    {
        var low = Vector512.Create((byte)15);
        var block = 0;
        // Two blocks side by side share the loads of the tables.
        for (; block + 2 <= count; block += 2)
        {
            Vector512<ushort> words0 = default, odd0 = default, words1 = default, odd1 = default;
            ref var codes0 = ref Unsafe.Add(ref blocks, (nint)block * steps * 64);
            ref var codes1 = ref Unsafe.Add(ref codes0, (nint)steps * 64);
            for (nint step = 0; step < steps; step++)
            {
                // Two rows of lines at a time hide the sequence from the hardware, which would fetch ahead by itself.
                Prefetch.At(ref codes0, (step * 128) + Ahead);
                Prefetch.At(ref codes0, (step * 128) + 64 + Ahead);
                var table0 = Vector512.LoadUnsafe(ref tables, (nuint)(step * 128));
                var table1 = Vector512.LoadUnsafe(ref tables, (nuint)(step * 128 + 64));
                var a = Vector512.LoadUnsafe(ref codes0, (nuint)(step * 64));
                var b = Vector512.LoadUnsafe(ref codes1, (nuint)(step * 64));
                var x = (Avx512BW.Shuffle(table0, a & low) + Avx512BW.Shuffle(table1, (a.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
                var y = (Avx512BW.Shuffle(table0, b & low) + Avx512BW.Shuffle(table1, (b.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
                words0 += x;
                odd0 += x >> 8;
                words1 += y;
                odd1 += y >> 8;
            }
            Store(words0, odd0, ref Unsafe.Add(ref sums, (nint)block * FastScan.BlockRows));
            Store(words1, odd1, ref Unsafe.Add(ref sums, (nint)(block + 1) * FastScan.BlockRows));
        }
        if (block == count)
            return;
        Vector512<ushort> words = default, odd = default;
        ref var codes = ref Unsafe.Add(ref blocks, (nint)block * steps * 64);
        for (nint step = 0; step < steps; step++)
        {
            var a = Vector512.LoadUnsafe(ref codes, (nuint)(step * 64));
            var x = (Avx512BW.Shuffle(Vector512.LoadUnsafe(ref tables, (nuint)(step * 128)), a & low)
                + Avx512BW.Shuffle(Vector512.LoadUnsafe(ref tables, (nuint)(step * 128 + 64)), (a.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
            words += x;
            odd += x >> 8;
        }
        Store(words, odd, ref Unsafe.Add(ref sums, (nint)block * FastScan.BlockRows));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<ushort> words, Vector512<ushort> odd, ref ushort target)
    {
        // The halves hold the sums over different numbers of the same codes.
        var sums = words - (odd << 8);
        Vector256LookupKernel.Store(sums.GetLower() + sums.GetUpper(), odd.GetLower() + odd.GetUpper(), ref target);
    }
}
