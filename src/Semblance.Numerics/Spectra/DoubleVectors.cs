using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Numerics.Spectra;

/// <summary>The double-precision loops of the eigensolver. Spans of one call are of one length.</summary>
internal static class DoubleVectors
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        Vector<double> even = default, odd = default;
        var i = 0;
        for (; i + 2 * Vector<double>.Count <= a.Length; i += 2 * Vector<double>.Count)
        {
            even += Vector.LoadUnsafe(ref x, (nuint)i) * Vector.LoadUnsafe(ref y, (nuint)i);
            odd += Vector.LoadUnsafe(ref x, (nuint)(i + Vector<double>.Count)) * Vector.LoadUnsafe(ref y, (nuint)(i + Vector<double>.Count));
        }
        var sum = Vector.Sum(even + odd);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>target += scale · source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(Span<double> target, double scale, ReadOnlySpan<double> source)
    {
        ref var t = ref MemoryMarshal.GetReference(target);
        ref var s = ref MemoryMarshal.GetReference(source);
        var factor = new Vector<double>(scale);
        var i = 0;
        for (; i + Vector<double>.Count <= target.Length; i += Vector<double>.Count)
            (Vector.LoadUnsafe(ref t, (nuint)i) + factor * Vector.LoadUnsafe(ref s, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        for (; i < target.Length; i++)
            target[i] += scale * source[i];
    }

    /// <summary>row −= p·u + q·v, and the new row's dot product with <paramref name="next"/>, in one pass over the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SubtractAndDot(Span<double> row, double p, ReadOnlySpan<double> u, double q, ReadOnlySpan<double> v, ReadOnlySpan<double> next)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var x = ref MemoryMarshal.GetReference(u);
        ref var y = ref MemoryMarshal.GetReference(v);
        ref var z = ref MemoryMarshal.GetReference(next);
        Vector<double> vectorP = new(p), vectorQ = new(q), sums = default;
        var i = 0;
        for (; i + Vector<double>.Count <= row.Length; i += Vector<double>.Count)
        {
            var value = Vector.LoadUnsafe(ref r, (nuint)i) - vectorP * Vector.LoadUnsafe(ref x, (nuint)i) - vectorQ * Vector.LoadUnsafe(ref y, (nuint)i);
            value.StoreUnsafe(ref r, (nuint)i);
            sums += value * Vector.LoadUnsafe(ref z, (nuint)i);
        }
        var sum = Vector.Sum(sums);
        for (; i < row.Length; i++)
        {
            row[i] -= p * u[i] + q * v[i];
            sum += row[i] * next[i];
        }
        return sum;
    }
}
