using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Lookups;

/// <summary>Thirty-two codes at a time: AVX2.</summary>
/// <remarks>
/// Bytes are added up as 16-bit words: one sum takes the word as it is, low byte + 256 · high byte, another the high byte alone,
/// which is taken off the first at the end (everything modulo 2¹⁶). That is two additions where widening takes four instructions.
/// </remarks>
internal sealed class Vector256LookupKernel : ILookupKernel
{
    public string Name => "256";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sums(ref byte blocks, ref byte tables, int steps, ref ushort sums, int count)
    {
        var low = Vector256.Create((byte)15);
        for (var block = 0; block < count; block++)
        {
            Vector256<ushort> words = default, odd = default;
            for (nint step = 0; step < steps; step++)
            {
                ref var codes = ref Unsafe.Add(ref blocks, ((nint)block * steps + step) * 64);
                ref var table = ref Unsafe.Add(ref tables, step * 128);
                var first = Vector256.LoadUnsafe(ref codes);
                var second = Vector256.LoadUnsafe(ref codes, 32);
                var a = (Avx2.Shuffle(Vector256.LoadUnsafe(ref table), first & low)
                    + Avx2.Shuffle(Vector256.LoadUnsafe(ref table, 64), (first.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
                var b = (Avx2.Shuffle(Vector256.LoadUnsafe(ref table, 32), second & low)
                    + Avx2.Shuffle(Vector256.LoadUnsafe(ref table, 96), (second.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
                words += a + b;
                odd += (a >> 8) + (b >> 8);
            }
            Store(words - (odd << 8), odd, ref Unsafe.Add(ref sums, (nint)block * FastScan.BlockRows));
        }
    }

    /// <summary>Writes the sums of codes 0, 2, … and 1, 3, … in the codes' order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector256<ushort> even, Vector256<ushort> odd, ref ushort target)
    {
        var lower = Avx2.UnpackLow(even, odd);
        var upper = Avx2.UnpackHigh(even, odd);
        Avx2.Permute2x128(lower, upper, 0x20).StoreUnsafe(ref target);
        Avx2.Permute2x128(lower, upper, 0x31).StoreUnsafe(ref target, 16);
    }
}
