using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Semblance.Numerics.Lookups;

/// <summary>Sixteen codes at a time: SSSE3's pshufb, NEON's tbl.</summary>
internal sealed class Vector128LookupKernel : ILookupKernel
{
    public string Name => "128";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sums(ref byte blocks, ref byte tables, int steps, ref ushort sums, int count)
    {
        var low = Vector128.Create((byte)15);
        for (var block = 0; block < count; block++)
        {
            for (var half = 0; half < 2; half++)
            {
                Vector128<ushort> lower = default, upper = default;
                for (nint step = 0; step < steps; step++)
                {
                    ref var codes = ref Unsafe.Add(ref blocks, ((nint)block * steps + step) * 64 + (half * 16));
                    ref var table = ref Unsafe.Add(ref tables, step * 128);
                    var first = Vector128.LoadUnsafe(ref codes);
                    var second = Vector128.LoadUnsafe(ref codes, 32);
                    var a = Vector128.ShuffleNative(Vector128.LoadUnsafe(ref table), first & low)
                        + Vector128.ShuffleNative(Vector128.LoadUnsafe(ref table, 64), (first.AsUInt16() >> 4).AsByte() & low);
                    var b = Vector128.ShuffleNative(Vector128.LoadUnsafe(ref table, 32), second & low)
                        + Vector128.ShuffleNative(Vector128.LoadUnsafe(ref table, 96), (second.AsUInt16() >> 4).AsByte() & low);
                    var (aLower, aUpper) = Vector128.Widen(a);
                    var (bLower, bUpper) = Vector128.Widen(b);
                    lower += aLower + bLower;
                    upper += aUpper + bUpper;
                }
                ref var target = ref Unsafe.Add(ref sums, (nint)block * FastScan.BlockRows + (half * 16));
                lower.StoreUnsafe(ref target);
                upper.StoreUnsafe(ref target, 8);
            }
        }
    }
}
