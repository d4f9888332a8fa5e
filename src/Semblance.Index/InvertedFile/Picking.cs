using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// Turns sums of look-ups into keys, key = offset + term + step · sum, and tells which fall below a threshold: after the first lists they
/// are few, so 32 are looked at at once.
/// </summary>
internal static class Picking
{
    public const int Group = 32;

    /// <summary>Writes 32 keys; bit i of the result is set where key i is below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Keys(ReadOnlySpan<ushort> sums, ReadOnlySpan<float> terms, float offset, float step, float threshold, Span<float> keys)
    {
        ref var sum = ref MemoryMarshal.GetReference(sums);
        ref var term = ref MemoryMarshal.GetReference(terms);
        ref var key = ref MemoryMarshal.GetReference(keys);
        if (Vector512.IsHardwareAccelerated)
        {
            var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref sum));
            return Some(low, ref term, ref key, offset, step, threshold) | Some(high, ref Unsafe.Add(ref term, 16), ref Unsafe.Add(ref key, 16), offset, step, threshold) << 16;
        }
        if (Vector256.IsHardwareAccelerated)
        {
            var bits = 0u;
            for (var i = 0; i < Group; i += 16)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref sum, (nuint)i));
                bits |= Some(low, ref Unsafe.Add(ref term, i), ref Unsafe.Add(ref key, i), offset, step, threshold) << i;
                bits |= Some(high, ref Unsafe.Add(ref term, i + 8), ref Unsafe.Add(ref key, i + 8), offset, step, threshold) << (i + 8);
            }
            return bits;
        }
        return OneByOne(sums, terms, offset, step, threshold, keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Some(Vector512<uint> sums, ref float term, ref float key, float offset, float step, float threshold)
    {
        var keys = Vector512.ConvertToSingle(sums.AsInt32()) * Vector512.Create(step) + (Vector512.LoadUnsafe(ref term) + Vector512.Create(offset));
        keys.StoreUnsafe(ref key);
        return (uint)Vector512.LessThan(keys, Vector512.Create(threshold)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Some(Vector256<uint> sums, ref float term, ref float key, float offset, float step, float threshold)
    {
        var keys = Vector256.ConvertToSingle(sums.AsInt32()) * Vector256.Create(step) + (Vector256.LoadUnsafe(ref term) + Vector256.Create(offset));
        keys.StoreUnsafe(ref key);
        return Vector256.LessThan(keys, Vector256.Create(threshold)).ExtractMostSignificantBits();
    }

    private static uint OneByOne(ReadOnlySpan<ushort> sums, ReadOnlySpan<float> terms, float offset, float step, float threshold, Span<float> keys)
    {
        var bits = 0u;
        // Behind a list's last row there are sums, of empty places, and no terms.
        for (var i = 0; i < Math.Min(Group, terms.Length); i++)
        {
            keys[i] = (sums[i] * step) + (terms[i] + offset);
            bits |= keys[i] < threshold ? 1u << i : 0;
        }
        return bits;
    }
}
