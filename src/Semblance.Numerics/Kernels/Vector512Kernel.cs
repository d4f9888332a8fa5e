using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>Sixteen floats at a time: AVX-512.</summary>
internal sealed class Vector512Kernel : VectorKernel<Simd512Single, Vector512<float>>
{
    public override string Name => "512";

    public override int Hamming(ref ulong a, ref ulong b, int length) => WidePopulationCount<WordSimd512, Vector512<ulong>>.Hamming(ref a, ref b, length);

    public override void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => WidePopulationCount<WordSimd512, Vector512<ulong>>.HammingRows(ref query, ref codes, length, result);

    public override int DotBytes(ref short a, ref byte b, int length) => Vector512ByteDot.Dot(ref a, ref b, length);

    public override uint DotBytes(ref byte a, ref byte b, int length) => Vector512ByteDot.Dot(ref a, ref b, length);

    public override void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => Vector512ByteDot.DotRows(ref query, ref rows, length, stride, result);

    /// <summary>Four rows with one sum each: short sums, so that adding up their lanes is what counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SquaredLengths(ref float rows, int length, Span<float> result)
    {
        var row = 0;
        for (; row + 4 <= result.Length; row += 4)
        {
            ref var row0 = ref Unsafe.Add(ref rows, (nint)row * length);
            ref var row1 = ref Unsafe.Add(ref row0, (nint)length);
            ref var row2 = ref Unsafe.Add(ref row1, (nint)length);
            ref var row3 = ref Unsafe.Add(ref row2, (nint)length);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            nint i = 0;
            for (; i + Simd512Single.Count <= length; i += Simd512Single.Count)
            {
                s0 = Simd512Single.MultiplyAdd(Simd512Single.Load(ref row0, i), Simd512Single.Load(ref row0, i), s0);
                s1 = Simd512Single.MultiplyAdd(Simd512Single.Load(ref row1, i), Simd512Single.Load(ref row1, i), s1);
                s2 = Simd512Single.MultiplyAdd(Simd512Single.Load(ref row2, i), Simd512Single.Load(ref row2, i), s2);
                s3 = Simd512Single.MultiplyAdd(Simd512Single.Load(ref row3, i), Simd512Single.Load(ref row3, i), s3);
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
    private static Vector128<float> Fold(Vector512<float> sum)
    {
        var half = sum.GetLower() + sum.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
