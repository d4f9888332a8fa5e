using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vec = System.Runtime.Intrinsics.Vector512;
using VecF = System.Runtime.Intrinsics.Vector512<float>;

namespace Semblance.Numerics.Kernels;

/// <summary>Sixteen floats at a time: AVX-512.</summary>
/// <remarks>
/// Every path adds a row up in the same order: four vectors of partial sums over whole blocks, then single vectors and the
/// masked remainder into the first. So pair and row methods agree bit for bit. The loops contain no call: a call would make
/// the compiler keep the sums in memory, because no vector register survives one. AggressiveOptimization skips the
/// unoptimised first tier, in which a short-lived process would otherwise spend its only scan.
/// </remarks>
internal sealed class Vector512Kernel : IVectorKernel
{
    private static int Lanes => VecF.Count;

    private static int Block => 4 * VecF.Count;

    public string Name => "512";

    public float Dot(ref float a, ref float b, int length) => Sum<DotOperation, SingleElement, float>(ref a, ref b, length);

    public float SquaredL2(ref float a, ref float b, int length) => Sum<SquaredL2Operation, SingleElement, float>(ref a, ref b, length);

    public int Hamming(ref ulong a, ref ulong b, int length) => Vector512PopulationCount.Hamming(ref a, ref b, length);

    public void DotRows(ref float query, ref float rows, int length, Span<float> result) => SumRows<DotOperation, SingleElement, float>(ref query, ref rows, length, result);

    public void SquaredL2Rows(ref float query, ref float rows, int length, Span<float> result) => SumRows<SquaredL2Operation, SingleElement, float>(ref query, ref rows, length, result);

    public void SquaredLengths(ref float rows, int length, Span<float> result) => SquareRows(ref rows, length, result);

    public void DotHalfRows(ref float query, ref Half rows, int length, Span<float> result) => SumRows<DotOperation, HalfElement, Half>(ref query, ref rows, length, result);

    public void SquaredL2HalfRows(ref float query, ref Half rows, int length, Span<float> result) => SumRows<SquaredL2Operation, HalfElement, Half>(ref query, ref rows, length, result);

    public void DotBFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result) => SumRows<DotOperation, BFloat16Element, ushort>(ref query, ref rows, length, result);

    public void SquaredL2BFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result) => SumRows<SquaredL2Operation, BFloat16Element, ushort>(ref query, ref rows, length, result);

    public void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => Vector512PopulationCount.HammingRows(ref query, ref codes, length, result);

    public int DotBytes(ref short a, ref byte b, int length) => Vector512ByteDot.Dot(ref a, ref b, length);

    public uint DotBytes(ref byte a, ref byte b, int length) => Vector512ByteDot.Dot(ref a, ref b, length);

    public void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => Vector512ByteDot.DotRows(ref query, ref rows, length, stride, result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TOperation, TElement, T>(ref float a, ref T b, int length)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        VecF sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            sum0 = TOperation.Add(sum0, Load(ref a, i), TElement.Load512(ref b, i));
            sum1 = TOperation.Add(sum1, Load(ref a, i + Lanes), TElement.Load512(ref b, i + Lanes));
            sum2 = TOperation.Add(sum2, Load(ref a, i + 2 * Lanes), TElement.Load512(ref b, i + 2 * Lanes));
            sum3 = TOperation.Add(sum3, Load(ref a, i + 3 * Lanes), TElement.Load512(ref b, i + 3 * Lanes));
        }
        return Finish<TOperation, TElement, T>(sum0, sum1, sum2, sum3, ref a, ref b, i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows<TOperation, TElement, T>(ref float query, ref T rows, int length, Span<float> result)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        var row = 0;
        for (; row + 4 <= result.Length; row += 4)
            SumFourRows<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length, ref result[row]);
        for (; row < result.Length; row++)
            result[row] = Sum<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length);
    }

    /// <summary>Four rows with one sum each: short sums, so that adding up their lanes is what counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SquareRows(ref float rows, int length, Span<float> result)
    {
        var row = 0;
        for (; row + 4 <= result.Length; row += 4)
        {
            ref var row0 = ref Unsafe.Add(ref rows, (nint)row * length);
            ref var row1 = ref Unsafe.Add(ref row0, (nint)length);
            ref var row2 = ref Unsafe.Add(ref row1, (nint)length);
            ref var row3 = ref Unsafe.Add(ref row2, (nint)length);
            VecF s0 = default, s1 = default, s2 = default, s3 = default;
            nint i = 0;
            for (; i + Lanes <= length; i += Lanes)
            {
                s0 = Vec.MultiplyAddEstimate(Load(ref row0, i), Load(ref row0, i), s0);
                s1 = Vec.MultiplyAddEstimate(Load(ref row1, i), Load(ref row1, i), s1);
                s2 = Vec.MultiplyAddEstimate(Load(ref row2, i), Load(ref row2, i), s2);
                s3 = Vec.MultiplyAddEstimate(Load(ref row3, i), Load(ref row3, i), s3);
            }
            var sums = Sse3.HorizontalAdd(Sse3.HorizontalAdd(Fold(s0), Fold(s1)), Sse3.HorizontalAdd(Fold(s2), Fold(s3)));
            for (; i < length; i++)
            {
                var rest = Vector128.Create(Unsafe.Add(ref row0, i), Unsafe.Add(ref row1, i), Unsafe.Add(ref row2, i), Unsafe.Add(ref row3, i));
                sums += rest * rest;
            }
            sums.StoreUnsafe(ref result[row]);
        }
        for (; row < result.Length; row++)
        {
            ref var first = ref Unsafe.Add(ref rows, (nint)row * length);
            result[row] = Sum<DotOperation, SingleElement, float>(ref first, ref first, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(VecF sum)
    {
        var half = sum.GetLower() + sum.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    /// <summary>Four rows by four sums: sixteen of the thirty-two registers, four for the query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumFourRows<TOperation, TElement, T>(ref float query, ref T row0, int length, ref float result)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        ref var row1 = ref Unsafe.Add(ref row0, (nint)length);
        ref var row2 = ref Unsafe.Add(ref row0, 2 * (nint)length);
        ref var row3 = ref Unsafe.Add(ref row0, 3 * (nint)length);
        VecF s00 = default, s01 = default, s02 = default, s03 = default;
        VecF s10 = default, s11 = default, s12 = default, s13 = default;
        VecF s20 = default, s21 = default, s22 = default, s23 = default;
        VecF s30 = default, s31 = default, s32 = default, s33 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            Prefetch.Block(ref row0, 4 * i, 4 * Block);
            var q0 = Load(ref query, i);
            var q1 = Load(ref query, i + Lanes);
            var q2 = Load(ref query, i + 2 * Lanes);
            var q3 = Load(ref query, i + 3 * Lanes);
            s00 = TOperation.Add(s00, q0, TElement.Load512(ref row0, i));
            s01 = TOperation.Add(s01, q1, TElement.Load512(ref row0, i + Lanes));
            s02 = TOperation.Add(s02, q2, TElement.Load512(ref row0, i + 2 * Lanes));
            s03 = TOperation.Add(s03, q3, TElement.Load512(ref row0, i + 3 * Lanes));
            s10 = TOperation.Add(s10, q0, TElement.Load512(ref row1, i));
            s11 = TOperation.Add(s11, q1, TElement.Load512(ref row1, i + Lanes));
            s12 = TOperation.Add(s12, q2, TElement.Load512(ref row1, i + 2 * Lanes));
            s13 = TOperation.Add(s13, q3, TElement.Load512(ref row1, i + 3 * Lanes));
            s20 = TOperation.Add(s20, q0, TElement.Load512(ref row2, i));
            s21 = TOperation.Add(s21, q1, TElement.Load512(ref row2, i + Lanes));
            s22 = TOperation.Add(s22, q2, TElement.Load512(ref row2, i + 2 * Lanes));
            s23 = TOperation.Add(s23, q3, TElement.Load512(ref row2, i + 3 * Lanes));
            s30 = TOperation.Add(s30, q0, TElement.Load512(ref row3, i));
            s31 = TOperation.Add(s31, q1, TElement.Load512(ref row3, i + Lanes));
            s32 = TOperation.Add(s32, q2, TElement.Load512(ref row3, i + 2 * Lanes));
            s33 = TOperation.Add(s33, q3, TElement.Load512(ref row3, i + 3 * Lanes));
        }
        result = Finish<TOperation, TElement, T>(s00, s01, s02, s03, ref query, ref row0, i, length);
        Unsafe.Add(ref result, 1) = Finish<TOperation, TElement, T>(s10, s11, s12, s13, ref query, ref row1, i, length);
        Unsafe.Add(ref result, 2) = Finish<TOperation, TElement, T>(s20, s21, s22, s23, ref query, ref row2, i, length);
        Unsafe.Add(ref result, 3) = Finish<TOperation, TElement, T>(s30, s31, s32, s33, ref query, ref row3, i, length);
    }

    /// <summary>
    /// Elements <paramref name="i"/>…, fewer than a block, and the sum of everything. The last, partial vector is read
    /// again from <c>length − lanes</c> with the elements that were already added masked to zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<TOperation, TElement, T>(VecF sum0, VecF sum1, VecF sum2, VecF sum3, ref float a, ref T b, nint i, int length)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        for (; i + Lanes <= length; i += Lanes)
            sum0 = TOperation.Add(sum0, Load(ref a, i), TElement.Load512(ref b, i));
        var rest = 0f;
        if (i < length && length >= Lanes)
        {
            var start = length - Lanes;
            var unread = Vec.GreaterThanOrEqual(Vector512<int>.Indices, Vec.Create((int)(i - start))).AsSingle();
            sum0 = TOperation.Add(sum0, Load(ref a, start) & unread, TElement.Load512(ref b, start) & unread);
        }
        else
        {
            for (; i < length; i++)
                rest = TOperation.Add(rest, Unsafe.Add(ref a, i), TElement.Load(ref b, i));
        }
        return Vec.Sum(sum0 + sum1 + (sum2 + sum3)) + rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecF Load(ref float origin, nint i) => Vec.LoadUnsafe(ref origin, (nuint)i);
}
