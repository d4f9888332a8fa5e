using System.Runtime.Intrinsics;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Kernels;

/// <summary>Four floats at a time: SSE and NEON.</summary>
internal sealed class Vector128Kernel : VectorKernel<Simd128Single, Vector128<float>>
{
    public override string Name => "128";

    public override int Hamming(ref ulong a, ref ulong b, int length) => PopulationCount.Hamming(ref a, ref b, length);

    public override void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result) => PopulationCount.HammingRows(ref query, ref codes, length, result);

    public override int DotBytes(ref short a, ref byte b, int length) => Vector128ByteDot.Dot(ref a, ref b, length);

    public override uint DotBytes(ref byte a, ref byte b, int length) => Vector128ByteDot.Dot(ref a, ref b, length);

    public override void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result) => Vector128ByteDot.DotRows(ref query, ref rows, length, stride, result);
}
