using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ISA = System.Runtime.Intrinsics.X86.Avx2;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecI32 = System.Runtime.Intrinsics.Vector256<int>;

namespace Semblance.Numerics.Kernels;

/// <summary>Products of 8-bit codes, sixteen at a time; see <see cref="Vector512ByteDot"/>.</summary>
internal static class Vector256ByteDot
{
    private const int Step = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Dot(ref short a, ref byte b, int length)
    {
        VecI32 sum = default;
        nint i = 0;
        for (; i + Step <= length; i += Step)
            sum += ISA.MultiplyAddAdjacent(Vec.LoadUnsafe(ref a, (nuint)i), Widen(ref b, i));
        return Vec.Sum(sum) + Rest(ref a, ref b, i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Dot(ref byte a, ref byte b, int length)
    {
        VecI32 sum = default;
        nint i = 0;
        for (; i + Step <= length; i += Step)
            sum += ISA.MultiplyAddAdjacent(Widen(ref a, i), Widen(ref b, i));
        var total = (uint)Vec.Sum(sum);
        for (; i < length; i++)
            total += (uint)(Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i));
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DotRows(ref short query, ref byte rows, int length, int stride, Span<int> result)
    {
        var row = 0;
        for (; row + 4 <= result.Length; row += 4)
            FourRows(ref query, ref Unsafe.Add(ref rows, (nint)row * stride), length, stride, ref result[row]);
        for (; row < result.Length; row++)
            result[row] = Dot(ref query, ref Unsafe.Add(ref rows, (nint)row * stride), length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(ref short query, ref byte row0, int length, int stride, ref int result)
    {
        Prefetch.Lines(ref row0, 4 * (nint)stride);
        ref var row1 = ref Unsafe.Add(ref row0, (nint)stride);
        ref var row2 = ref Unsafe.Add(ref row1, (nint)stride);
        ref var row3 = ref Unsafe.Add(ref row2, (nint)stride);
        VecI32 s0 = default, s1 = default, s2 = default, s3 = default;
        nint i = 0;
        for (; i + Step <= length; i += Step)
        {
            var q = Vec.LoadUnsafe(ref query, (nuint)i);
            s0 += ISA.MultiplyAddAdjacent(q, Widen(ref row0, i));
            s1 += ISA.MultiplyAddAdjacent(q, Widen(ref row1, i));
            s2 += ISA.MultiplyAddAdjacent(q, Widen(ref row2, i));
            s3 += ISA.MultiplyAddAdjacent(q, Widen(ref row3, i));
        }
        var pairs01 = Ssse3.HorizontalAdd(Fold(s0), Fold(s1));
        var pairs23 = Ssse3.HorizontalAdd(Fold(s2), Fold(s3));
        Ssse3.HorizontalAdd(pairs01, pairs23).StoreUnsafe(ref result);
        if (i == length)
            return;
        result += Rest(ref query, ref row0, i, length);
        Unsafe.Add(ref result, 1) += Rest(ref query, ref row1, i, length);
        Unsafe.Add(ref result, 2) += Rest(ref query, ref row2, i, length);
        Unsafe.Add(ref result, 3) += Rest(ref query, ref row3, i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rest(ref short a, ref byte b, nint i, int length)
    {
        var total = 0;
        for (; i < length; i++)
            total += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(ref byte codes, nint i) => ISA.ConvertToVector256Int16(Vector128.LoadUnsafe(ref codes, (nuint)i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Fold(VecI32 sum) => sum.GetLower() + sum.GetUpper();
}
