using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Kernels;

/// <summary>One element at a time, in four sums that do not wait for one another.</summary>
internal sealed class ScalarVectorKernel : IVectorKernel
{
    public string Name => "scalar";

    public float Dot(ref float a, ref float b, int length) => Sum<DotOperation, SingleElement, float>(ref a, ref b, length);

    public float SquaredL2(ref float a, ref float b, int length) => Sum<SquaredL2Operation, SingleElement, float>(ref a, ref b, length);

    public int Hamming(ref ulong a, ref ulong b, int length) => PopulationCount.Hamming(ref a, ref b, length);

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

    public void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => PopulationCount.HammingRows(ref query, ref codes, length, result);

    public int DotBytes(ref short a, ref byte b, int length) => ScalarByteDot.Dot(ref a, ref b, length);

    public uint DotBytes(ref byte a, ref byte b, int length) => ScalarByteDot.Dot(ref a, ref b, length);

    public void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => ScalarByteDot.DotRows(ref query, ref rows, length, stride, result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TOperation, TElement, T>(ref float a, ref T b, int length)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        var i = 0;
        for (; i + 4 <= length; i += 4)
        {
            sum0 = TOperation.Add(sum0, Unsafe.Add(ref a, i), TElement.Load(ref b, i));
            sum1 = TOperation.Add(sum1, Unsafe.Add(ref a, i + 1), TElement.Load(ref b, i + 1));
            sum2 = TOperation.Add(sum2, Unsafe.Add(ref a, i + 2), TElement.Load(ref b, i + 2));
            sum3 = TOperation.Add(sum3, Unsafe.Add(ref a, i + 3), TElement.Load(ref b, i + 3));
        }
        for (; i < length; i++)
            sum0 = TOperation.Add(sum0, Unsafe.Add(ref a, i), TElement.Load(ref b, i));
        return sum0 + sum1 + (sum2 + sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows<TOperation, TElement, T>(ref float query, ref T rows, int length, Span<float> result)
        where TOperation : struct, IPairOperation
        where TElement : struct, IElement<T>
        where T : unmanaged
    {
        for (var row = 0; row < result.Length; row++)
            result[row] = Sum<TOperation, TElement, T>(ref query, ref Unsafe.Add(ref rows, (nint)row * length), length);
    }
}
