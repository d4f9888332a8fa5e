using System.Runtime.Intrinsics;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>Eight floats at a time: AVX2.</summary>
internal sealed class Vector256Kernel : VectorKernel<Simd256Single, Vector256<float>>
{
    public override string Name => "256";

    public override int Hamming(ref ulong a, ref ulong b, int length) => WidePopulationCount<WordSimd256, Vector256<ulong>>.Hamming(ref a, ref b, length);

    public override void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => WidePopulationCount<WordSimd256, Vector256<ulong>>.HammingRows(ref query, ref codes, length, result);

    public override int DotBytes(ref short a, ref byte b, int length) => Vector256ByteDot.Dot(ref a, ref b, length);

    public override uint DotBytes(ref byte a, ref byte b, int length) => Vector256ByteDot.Dot(ref a, ref b, length);

    public override void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => Vector256ByteDot.DotRows(ref query, ref rows, length, stride, result);
}
