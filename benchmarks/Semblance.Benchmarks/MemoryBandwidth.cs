using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Benchmarks;

/// <summary>The yardstick of scans: a plain sum over an array, which does nothing but read it.</summary>
internal static class MemoryBandwidth
{
    /// <summary>Σ data, with eight accumulators so that the additions never wait for one another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> data)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(data);
        Vector<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var i = 0;
        for (; i <= vectors.Length - 8; i += 8)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
            e += vectors[i + 4];
            f += vectors[i + 5];
            g += vectors[i + 6];
            h += vectors[i + 7];
        }
        for (; i < vectors.Length; i++)
            a += vectors[i];
        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
