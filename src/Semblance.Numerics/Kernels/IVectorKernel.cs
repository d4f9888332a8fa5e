namespace Semblance.Numerics.Kernels;

/// <summary>
/// One instruction set's loops. Arguments are checked by <see cref="VectorMath"/>; here <c>ref</c> is the first element and
/// <c>length</c> the number of elements, or of 64-bit words.
/// </summary>
internal interface IVectorKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    float Dot(ref float a, ref float b, int length);

    float SquaredL2(ref float a, ref float b, int length);

    int Hamming(ref ulong a, ref ulong b, int length);

    void DotRows(ref float query, ref float rows, int length, Span<float> result);

    void SquaredL2Rows(ref float query, ref float rows, int length, Span<float> result);

    void SquaredLengths(ref float rows, int length, Span<float> result);

    void DotHalfRows(ref float query, ref Half rows, int length, Span<float> result);

    void SquaredL2HalfRows(ref float query, ref Half rows, int length, Span<float> result);

    /// <param name="rows">The upper halves of float32 bits.</param>
    void DotBFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result);

    void SquaredL2BFloat16Rows(ref float query, ref ushort rows, int length, Span<float> result);

    void HammingRows(ref ulong query, ref ulong codes, int length, Span<int> result);

    int DotBytes(ref short a, ref byte b, int length);

    uint DotBytes(ref byte a, ref byte b, int length);

    /// <param name="stride">Bytes from one row to the next.</param>
    void DotByteRows(ref short query, ref byte rows, int length, int stride, Span<int> result);
}
