using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Kernels;

/// <summary>Products of 8-bit codes, one at a time; see <see cref="Vector512ByteDot"/>.</summary>
internal static class ScalarByteDot
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Dot(ref short a, ref byte b, int length)
    {
        int even = 0, odd = 0;
        nint i = 0;
        for (; i + 2 <= length; i += 2)
        {
            even += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
            odd += Unsafe.Add(ref a, i + 1) * Unsafe.Add(ref b, i + 1);
        }
        if (i < length)
            even += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Dot(ref byte a, ref byte b, int length)
    {
        uint even = 0, odd = 0;
        nint i = 0;
        for (; i + 2 <= length; i += 2)
        {
            even += (uint)(Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i));
            odd += (uint)(Unsafe.Add(ref a, i + 1) * Unsafe.Add(ref b, i + 1));
        }
        if (i < length)
            even += (uint)(Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i));
        return even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DotRows(ref short query, ref byte rows, int length, int stride, Span<int> result)
    {
        for (var row = 0; row < result.Length; row++)
            result[row] = Dot(ref query, ref Unsafe.Add(ref rows, (nint)row * stride), length);
    }
}
