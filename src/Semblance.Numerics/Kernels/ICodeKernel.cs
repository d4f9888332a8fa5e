namespace Semblance.Numerics.Kernels;

/// <summary>
/// One instruction set's squared Euclidean distances and inner products between a query of small whole numbers and codes scattered in memory.
/// All of them give the same whole numbers.
/// </summary>
/// <remarks>
/// A query has one byte a dimension, 0…127. Differences then fit a byte and pairs of their squares 16 bits, which is what
/// the cheapest multiply-and-add of every instruction set takes. The sum of up to 65,536 dimensions fits 31 bits.
/// </remarks>
internal unsafe interface ICodeKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    /// <summary>
    /// Distances to 4-bit codes, level l standing for 8·l: dimension 128·g + i of a code is the low half of its byte 64·g + i, dimension 128·g + 64 + i
    /// the high half. So the whole code of 128 dimensions is one cache line.
    /// </summary>
    /// <param name="query">2 · <paramref name="codeBytes"/> bytes, 0…127.</param>
    /// <param name="codes">Code i begins at i · <paramref name="codeBytes"/>.</param>
    /// <param name="codeBytes">A multiple of 64.</param>
    /// <param name="indexes">Which codes; <paramref name="count"/> of them.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="distances">Room for <paramref name="count"/> rounded up to a multiple of 4.</param>
    void Nibbles(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances);

    /// <summary>Distances to codes of a byte a dimension, 0…127; parameters as in <see cref="Nibbles"/>.</summary>
    /// <param name="query"><paramref name="codeBytes"/> bytes, 0…127.</param>
    /// <param name="codeBytes">A multiple of 16.</param>
    void Bytes(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances);

    /// <summary>
    /// Inner products with 4-bit codes, level l standing for l, as distances: <paramref name="bias"/> less the product.
    /// Parameters as in <see cref="Nibbles"/>.
    /// </summary>
    /// <param name="query">2 · <paramref name="codeBytes"/> numbers, −127…127.</param>
    void NibbleProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances);

    /// <summary>The same with codes of a byte a dimension, 0…127; parameters as in <see cref="Bytes"/>.</summary>
    void ByteProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances);
}
