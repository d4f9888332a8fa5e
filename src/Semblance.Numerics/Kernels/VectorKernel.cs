using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>The loops over floats of one vector width. What goes by other instructions, over bits and bytes, is each width's own.</summary>
/// <remarks>
/// Every path adds a row up in the same order: four vectors of partial sums over whole blocks, then single vectors and the
/// masked remainder into the first. So pair and row methods agree bit for bit. The loops contain no call: a call would make
/// the compiler keep the sums in memory, because no vector register survives one. AggressiveOptimization skips the
/// unoptimised first tier, in which a short-lived process would otherwise spend its only scan.
/// </remarks>
internal abstract class VectorKernel<TSimd, TVector> : IVectorKernel
    where TSimd : struct, ISingleSimd<TVector>
    where TVector : struct
{
    private static int Block => 4 * TSimd.Count;

    public abstract string Name { get; }

    public float Dot(ref float a, ref float b, int length) => Sum<DotOperation, SingleElement, float>(ref a, ref b, length);

    public float SquaredL2(ref float a, ref float b, int length) => Sum<SquaredL2Operation, SingleElement, float>(ref a, ref b, length);

    public abstract int Hamming(ref ulong a, ref ulong b, int length);

    public void DotRows(ref float query, ref float rows, int length, Span<float> result) => SumRows<DotOperation, SingleElement, float>(ref query, ref rows, length, result);

    public void SquaredL2Rows(ref float query, ref float rows, int length, Span<float> result) => SumRows<SquaredL2Operation, SingleElement, float>(ref query, ref rows, length, result);

    public virtual void SquaredLengths(ref float rows, int length, Span<float> result)
    {
        for (var row = 0; row < result.Length; row++)
        {
            ref var first = ref Unsafe.Add(ref rows, (nint)row * length);
            result[row] = Sum<DotOperation, SingleElement, float>(ref first, ref first, length);
        }
    }

    public void DotHalfRows(ref float query, ref Half rows, int length, Span<float> result) => SumRows<DotOperation, HalfElement, Half>(ref query, ref rows, length, result);

    public void SquaredL2HalfRows(ref float query, ref Half rows, int length, Span<float> result) => SumRows<SquaredL2Operation, HalfElement, Half>(ref query, ref rows, length, result);

    public void DotBFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result) => SumRows<DotOperation, BFloat16Element, ushort>(ref query, ref rows, length, result);

    public void SquaredL2BFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result) => SumRows<SquaredL2Operation, BFloat16Element, ushort>(ref query, ref rows, length, result);

    public abstract void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result);

    public abstract int DotBytes(ref short a, ref byte b, int length);

    public abstract uint DotBytes(ref byte a, ref byte b, int length);

    public abstract void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected static float Sum<TOperation, TElement, T>(ref float a, ref T b, int length)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            sum0 = TOperation.Add<TSimd, TVector>(sum0, TSimd.Load(ref a, i), TElement.Load<TSimd, TVector>(ref b, i));
            sum1 = TOperation.Add<TSimd, TVector>(sum1, TSimd.Load(ref a, i + TSimd.Count), TElement.Load<TSimd, TVector>(ref b, i + TSimd.Count));
            sum2 = TOperation.Add<TSimd, TVector>(sum2, TSimd.Load(ref a, i + 2 * TSimd.Count), TElement.Load<TSimd, TVector>(ref b, i + 2 * TSimd.Count));
            sum3 = TOperation.Add<TSimd, TVector>(sum3, TSimd.Load(ref a, i + 3 * TSimd.Count), TElement.Load<TSimd, TVector>(ref b, i + 3 * TSimd.Count));
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
        for (; TSimd.Registers >= 32 && row + 4 <= result.Length; row += 4)
            SumFourRows<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length, ref result[row]);
        for (; TSimd.Registers < 32 && row + 2 <= result.Length; row += 2)
            SumTwoRows<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length, ref result[row]);
        for (; row < result.Length; row++)
            result[row] = Sum<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length);
    }

    /// <summary>Two rows by four sums: eight of the sixteen registers, four for the query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumTwoRows<TOperation, TElement, T>(ref float query, ref T row0, int length, ref float result)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        ref var row1 = ref Unsafe.Add(ref row0, (nint)length);
        TVector s00 = default, s01 = default, s02 = default, s03 = default;
        TVector s10 = default, s11 = default, s12 = default, s13 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            Prefetch.Block(ref row0, 2 * i, 2 * Block);
            var q0 = TSimd.Load(ref query, i);
            var q1 = TSimd.Load(ref query, i + TSimd.Count);
            var q2 = TSimd.Load(ref query, i + 2 * TSimd.Count);
            var q3 = TSimd.Load(ref query, i + 3 * TSimd.Count);
            s00 = TOperation.Add<TSimd, TVector>(s00, q0, TElement.Load<TSimd, TVector>(ref row0, i));
            s01 = TOperation.Add<TSimd, TVector>(s01, q1, TElement.Load<TSimd, TVector>(ref row0, i + TSimd.Count));
            s02 = TOperation.Add<TSimd, TVector>(s02, q2, TElement.Load<TSimd, TVector>(ref row0, i + 2 * TSimd.Count));
            s03 = TOperation.Add<TSimd, TVector>(s03, q3, TElement.Load<TSimd, TVector>(ref row0, i + 3 * TSimd.Count));
            s10 = TOperation.Add<TSimd, TVector>(s10, q0, TElement.Load<TSimd, TVector>(ref row1, i));
            s11 = TOperation.Add<TSimd, TVector>(s11, q1, TElement.Load<TSimd, TVector>(ref row1, i + TSimd.Count));
            s12 = TOperation.Add<TSimd, TVector>(s12, q2, TElement.Load<TSimd, TVector>(ref row1, i + 2 * TSimd.Count));
            s13 = TOperation.Add<TSimd, TVector>(s13, q3, TElement.Load<TSimd, TVector>(ref row1, i + 3 * TSimd.Count));
        }
        result = Finish<TOperation, TElement, T>(s00, s01, s02, s03, ref query, ref row0, i, length);
        Unsafe.Add(ref result, 1) = Finish<TOperation, TElement, T>(s10, s11, s12, s13, ref query, ref row1, i, length);
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
        TVector s00 = default, s01 = default, s02 = default, s03 = default;
        TVector s10 = default, s11 = default, s12 = default, s13 = default;
        TVector s20 = default, s21 = default, s22 = default, s23 = default;
        TVector s30 = default, s31 = default, s32 = default, s33 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            Prefetch.Block(ref row0, 4 * i, 4 * Block);
            var q0 = TSimd.Load(ref query, i);
            var q1 = TSimd.Load(ref query, i + TSimd.Count);
            var q2 = TSimd.Load(ref query, i + 2 * TSimd.Count);
            var q3 = TSimd.Load(ref query, i + 3 * TSimd.Count);
            s00 = TOperation.Add<TSimd, TVector>(s00, q0, TElement.Load<TSimd, TVector>(ref row0, i));
            s01 = TOperation.Add<TSimd, TVector>(s01, q1, TElement.Load<TSimd, TVector>(ref row0, i + TSimd.Count));
            s02 = TOperation.Add<TSimd, TVector>(s02, q2, TElement.Load<TSimd, TVector>(ref row0, i + 2 * TSimd.Count));
            s03 = TOperation.Add<TSimd, TVector>(s03, q3, TElement.Load<TSimd, TVector>(ref row0, i + 3 * TSimd.Count));
            s10 = TOperation.Add<TSimd, TVector>(s10, q0, TElement.Load<TSimd, TVector>(ref row1, i));
            s11 = TOperation.Add<TSimd, TVector>(s11, q1, TElement.Load<TSimd, TVector>(ref row1, i + TSimd.Count));
            s12 = TOperation.Add<TSimd, TVector>(s12, q2, TElement.Load<TSimd, TVector>(ref row1, i + 2 * TSimd.Count));
            s13 = TOperation.Add<TSimd, TVector>(s13, q3, TElement.Load<TSimd, TVector>(ref row1, i + 3 * TSimd.Count));
            s20 = TOperation.Add<TSimd, TVector>(s20, q0, TElement.Load<TSimd, TVector>(ref row2, i));
            s21 = TOperation.Add<TSimd, TVector>(s21, q1, TElement.Load<TSimd, TVector>(ref row2, i + TSimd.Count));
            s22 = TOperation.Add<TSimd, TVector>(s22, q2, TElement.Load<TSimd, TVector>(ref row2, i + 2 * TSimd.Count));
            s23 = TOperation.Add<TSimd, TVector>(s23, q3, TElement.Load<TSimd, TVector>(ref row2, i + 3 * TSimd.Count));
            s30 = TOperation.Add<TSimd, TVector>(s30, q0, TElement.Load<TSimd, TVector>(ref row3, i));
            s31 = TOperation.Add<TSimd, TVector>(s31, q1, TElement.Load<TSimd, TVector>(ref row3, i + TSimd.Count));
            s32 = TOperation.Add<TSimd, TVector>(s32, q2, TElement.Load<TSimd, TVector>(ref row3, i + 2 * TSimd.Count));
            s33 = TOperation.Add<TSimd, TVector>(s33, q3, TElement.Load<TSimd, TVector>(ref row3, i + 3 * TSimd.Count));
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
    private static float Finish<TOperation, TElement, T>(TVector sum0, TVector sum1, TVector sum2, TVector sum3, ref float a, ref T b, nint i, int length)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        for (; i + TSimd.Count <= length; i += TSimd.Count)
            sum0 = TOperation.Add<TSimd, TVector>(sum0, TSimd.Load(ref a, i), TElement.Load<TSimd, TVector>(ref b, i));
        var rest = 0f;
        if (i < length && length >= TSimd.Count)
        {
            var start = length - TSimd.Count;
            var read = (int)(i - start);
            sum0 = TOperation.Add<TSimd, TVector>(sum0, TSimd.KeepFrom(TSimd.Load(ref a, start), read), TSimd.KeepFrom(TElement.Load<TSimd, TVector>(ref b, start), read));
        }
        else
        {
            for (; i < length; i++)
                rest = TOperation.Add(rest, Unsafe.Add(ref a, i), TElement.Load(ref b, i));
        }
        return TSimd.Sum(TSimd.Add(TSimd.Add(sum0, sum1), TSimd.Add(sum2, sum3))) + rest;
    }
}
