using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecF = System.Runtime.Intrinsics.Vector256<float>;

namespace Semblance.Numerics.Kernels;

/// <summary>Eight floats at a time: AVX2.</summary>
/// <remarks>
/// Every path adds a row up in the same order: four vectors of partial sums over whole blocks, then single vectors and the
/// masked remainder into the first. So pair and row methods agree bit for bit. The loops contain no call: a call would make
/// the compiler keep the sums in memory, because no vector register survives one. AggressiveOptimization skips the
/// unoptimised first tier, in which a short-lived process would otherwise spend its only scan.
/// </remarks>
internal sealed class Vector256Kernel : IVectorKernel
{
    private static int Lanes => VecF.Count;

    private static int Block => 4 * VecF.Count;

    public string Name => "256";

    public float Dot(ref float a, ref float b, int length) => Sum<DotOperation, SingleElement, float>(ref a, ref b, length);

    public float SquaredL2(ref float a, ref float b, int length) => Sum<SquaredL2Operation, SingleElement, float>(ref a, ref b, length);

    public int Hamming(ref ulong a, ref ulong b, int length) => Vector256PopulationCount.Hamming(ref a, ref b, length);

    public void DotRows(ref float query, ref float rows, int length, Span<float> result) => SumRows<DotOperation, SingleElement, float>(ref query, ref rows, length, result);

    public void SquaredL2Rows(ref float query, ref float rows, int length, Span<float> result) => SumRows<SquaredL2Operation, SingleElement, float>(ref query, ref rows, length, result);

    public void SquaredLengths(ref float rows, int length, Span<float> result)
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

    public void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => Vector256PopulationCount.HammingRows(ref query, ref codes, length, result);

    public int DotBytes(ref short a, ref byte b, int length) => Vector256ByteDot.Dot(ref a, ref b, length);

    public uint DotBytes(ref byte a, ref byte b, int length) => Vector256ByteDot.Dot(ref a, ref b, length);

    public void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => Vector256ByteDot.DotRows(ref query, ref rows, length, stride, result);

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
            sum0 = TOperation.Add(sum0, Load(ref a, i), TElement.Load256(ref b, i));
            sum1 = TOperation.Add(sum1, Load(ref a, i + Lanes), TElement.Load256(ref b, i + Lanes));
            sum2 = TOperation.Add(sum2, Load(ref a, i + 2 * Lanes), TElement.Load256(ref b, i + 2 * Lanes));
            sum3 = TOperation.Add(sum3, Load(ref a, i + 3 * Lanes), TElement.Load256(ref b, i + 3 * Lanes));
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
        for (; row + 2 <= result.Length; row += 2)
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
        VecF s00 = default, s01 = default, s02 = default, s03 = default;
        VecF s10 = default, s11 = default, s12 = default, s13 = default;
        nint i = 0;
        for (; i + Block <= length; i += Block)
        {
            Prefetch.Block(ref row0, 2 * i, 2 * Block);
            var q0 = Load(ref query, i);
            var q1 = Load(ref query, i + Lanes);
            var q2 = Load(ref query, i + 2 * Lanes);
            var q3 = Load(ref query, i + 3 * Lanes);
            s00 = TOperation.Add(s00, q0, TElement.Load256(ref row0, i));
            s01 = TOperation.Add(s01, q1, TElement.Load256(ref row0, i + Lanes));
            s02 = TOperation.Add(s02, q2, TElement.Load256(ref row0, i + 2 * Lanes));
            s03 = TOperation.Add(s03, q3, TElement.Load256(ref row0, i + 3 * Lanes));
            s10 = TOperation.Add(s10, q0, TElement.Load256(ref row1, i));
            s11 = TOperation.Add(s11, q1, TElement.Load256(ref row1, i + Lanes));
            s12 = TOperation.Add(s12, q2, TElement.Load256(ref row1, i + 2 * Lanes));
            s13 = TOperation.Add(s13, q3, TElement.Load256(ref row1, i + 3 * Lanes));
        }
        result = Finish<TOperation, TElement, T>(s00, s01, s02, s03, ref query, ref row0, i, length);
        Unsafe.Add(ref result, 1) = Finish<TOperation, TElement, T>(s10, s11, s12, s13, ref query, ref row1, i, length);
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
            sum0 = TOperation.Add(sum0, Load(ref a, i), TElement.Load256(ref b, i));
        var rest = 0f;
        if (i < length && length >= Lanes)
        {
            var start = length - Lanes;
            var unread = Vec.GreaterThanOrEqual(Vector256<int>.Indices, Vec.Create((int)(i - start))).AsSingle();
            sum0 = TOperation.Add(sum0, Load(ref a, start) & unread, TElement.Load256(ref b, start) & unread);
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
