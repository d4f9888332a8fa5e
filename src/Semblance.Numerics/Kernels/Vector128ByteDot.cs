using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Vec = System.Runtime.Intrinsics.Vector128;
using VecI32 = System.Runtime.Intrinsics.Vector128<int>;

namespace Semblance.Numerics.Kernels;

/// <summary>Products of 8-bit codes, sixteen at a time in two halves: SSE2 and NEON; see <see cref="Vector512ByteDot"/>.</summary>
internal static class Vector128ByteDot
{
    private const int Step = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Dot(ref short a, ref byte b, int length)
    {
        VecI32 low = default, high = default;
        nint i = 0;
        for (; i + Step <= length; i += Step)
        {
            var codes = Vec.LoadUnsafe(ref b, (nuint)i);
            low = MultiplyAdd(low, Vec.LoadUnsafe(ref a, (nuint)i), Vec.WidenLower(codes).AsInt16());
            high = MultiplyAdd(high, Vec.LoadUnsafe(ref a, (nuint)(i + (Step / 2))), Vec.WidenUpper(codes).AsInt16());
        }
        var total = Vec.Sum(low + high);
        for (; i < length; i++)
            total += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Dot(ref byte a, ref byte b, int length)
    {
        VecI32 low = default, high = default;
        nint i = 0;
        for (; i + Step <= length; i += Step)
        {
            var x = Vec.LoadUnsafe(ref a, (nuint)i);
            var y = Vec.LoadUnsafe(ref b, (nuint)i);
            low = MultiplyAdd(low, Vec.WidenLower(x).AsInt16(), Vec.WidenLower(y).AsInt16());
            high = MultiplyAdd(high, Vec.WidenUpper(x).AsInt16(), Vec.WidenUpper(y).AsInt16());
        }
        var total = (uint)Vec.Sum(low + high);
        for (; i < length; i++)
            total += (uint)(Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i));
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DotRows(ref short query, ref byte rows, int length, int stride, Span<int> result)
    {
        for (var row = 0; row < result.Length; row++)
            result[row] = Dot(ref query, ref Unsafe.Add(ref rows, (nint)row * stride), length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecI32 MultiplyAdd(VecI32 sum, Vector128<short> a, Vector128<short> b)
    {
        if (Sse2.IsSupported)
            return sum + Sse2.MultiplyAddAdjacent(a, b);
        if (AdvSimd.IsSupported)
            return AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLowerAndAdd(sum, a.GetLower(), b.GetLower()), a, b);
        return sum + (Vec.WidenLower(a) * Vec.WidenLower(b)) + (Vec.WidenUpper(a) * Vec.WidenUpper(b));
    }
}
