using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Semblance.Index.InvertedFile;

/// <summary>Picks the sums below a shortlist's threshold, which after the first lists are few: many are looked at at once.</summary>
internal static class Picking
{
    /// <summary>Offers every index whose sum is below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Below(ReadOnlySpan<ushort> sums, Shortlist shortlist)
    {
        for (var start = 0; start < sums.Length; start += 32)
        {
            for (var bits = Mask(sums, start, shortlist.Threshold); bits != 0; bits &= bits - 1)
            {
                var i = start + BitOperations.TrailingZeroCount(bits);
                if (sums[i] < shortlist.Threshold)
                    shortlist.Add(sums[i], i);
            }
        }
    }

    /// <summary>
    /// One bit for each of up to 32 sums from <paramref name="start"/> on that is below the threshold. Reads whole groups: the memory of
    /// the sums must extend to a multiple of 32.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(ReadOnlySpan<ushort> sums, int start, uint threshold)
    {
        var rest = sums.Length - start;
        var valid = rest >= 32 ? uint.MaxValue : (1u << rest) - 1;
        if (threshold > ushort.MaxValue)
            return valid;
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), start);
        if (Vector512.IsHardwareAccelerated)
            return (uint)Vector512.LessThan(Vector512.LoadUnsafe(ref first), Vector512.Create((ushort)threshold)).ExtractMostSignificantBits() & valid;
        var low = Vector256.LessThan(Vector256.LoadUnsafe(ref first), Vector256.Create((ushort)threshold)).ExtractMostSignificantBits();
        var high = Vector256.LessThan(Vector256.LoadUnsafe(ref first, 16), Vector256.Create((ushort)threshold)).ExtractMostSignificantBits();
        return (low | high << 16) & valid;
    }
}
