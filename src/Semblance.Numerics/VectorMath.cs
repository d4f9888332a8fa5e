using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Numerics.Kernels;

namespace Semblance.Numerics;

/// <summary>
/// Distances and products of vectors of float32 and narrower numbers, of 8-bit codes and of binary codes, one pair at a time or one query against packed rows.
/// </summary>
/// <remarks>
/// The instruction set is chosen once, when the type is first used: the widest the machine accelerates, or the one that
/// the environment variable SEMBLANCE_SIMD names (<c>scalar</c>, <c>128</c>, <c>256</c>, <c>512</c>). Within one instruction
/// set the value for a row depends on nothing but the two vectors: the row methods and the pair methods agree bit for bit,
/// so equal vectors always tie. Between instruction sets the last bits differ, because the sums are taken in another order.
/// </remarks>
public static class VectorMath
{
    private static readonly IVectorKernel s_kernel = VectorKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    /// <summary>The instruction set in use: <c>scalar</c>, <c>128</c>, <c>256</c> or <c>512</c>.</summary>
    public static string InstructionSet => s_kernel.Name;

    /// <summary>Σ aᵢbᵢ; 0 for empty vectors.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ThrowIfLengthsDiffer(a.Length, b.Length);
        return s_kernel.Dot(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
    }

    /// <summary>Σ (aᵢ − bᵢ)², the square of the Euclidean distance; 0 for empty vectors.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float SquaredL2(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ThrowIfLengthsDiffer(a.Length, b.Length);
        return s_kernel.SquaredL2(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
    }

    /// <summary>
    /// Scales <paramref name="vector"/> to Euclidean length 1, in place. The zero vector stays zero; a vector with a NaN
    /// becomes all NaN. Lengths whose square leaves float32's range are found in double precision.
    /// </summary>
    public static void NormalizeL2(Span<float> vector)
    {
        var square = Dot(vector, vector);
        // Outside this range float32 squares have overflowed or lost bits to denormals.
        var length = square is > 1e-30f and < 1e30f ? Math.Sqrt(square) : LengthInDouble(vector);
        if (length == 0)
            return;
        var scale = 1 / length;
        if (scale < 1e30)
        {
            TensorPrimitives.Multiply(vector, (float)scale, vector);
        }
        else
        {
            foreach (ref var x in vector)
                x = (float)(x * scale);
        }
    }

    /// <summary>The number of bits in which two codes of the same number of 64-bit words differ.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static int Hamming(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        ThrowIfLengthsDiffer(a.Length, b.Length);
        return s_kernel.Hamming(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
    }

    /// <summary>
    /// <paramref name="result"/>[i] = query · row i, for <paramref name="rows"/> packed row after row (<c>[result.Length, query.Length]</c>).
    /// Several rows are in flight at a time, so that a scan runs at the speed of memory.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void DotRows(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.DotRows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary><paramref name="result"/>[i] = squared Euclidean distance of the query and row i; shapes as in <see cref="DotRows"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void SquaredL2Rows(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.SquaredL2Rows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary>
    /// <paramref name="result"/>[i] = Σ xⱼ² of row i, for <paramref name="rows"/> packed row after row. The last bits may differ from
    /// those of <see cref="Dot"/>.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> is no whole number of elements for each row.</exception>
    public static void SquaredLengths(ReadOnlySpan<float> rows, Span<float> result)
    {
        var dimension = rows.Length / Math.Max(1, result.Length);
        ThrowIfNotPacked(dimension, rows.Length, result.Length);
        s_kernel.SquaredLengths(ref MemoryMarshal.GetReference(rows), dimension, result);
    }

    /// <summary><see cref="DotRows"/> over rows in half precision, which are widened on the way; the query and the sums are float32.</summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void DotHalfRows(ReadOnlySpan<float> query, ReadOnlySpan<Half> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.DotHalfRows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary><see cref="SquaredL2Rows"/> over rows in half precision.</summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void SquaredL2HalfRows(ReadOnlySpan<float> query, ReadOnlySpan<Half> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.SquaredL2HalfRows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary><see cref="DotRows"/> over rows in bfloat16: the upper 16 bits of float32s.</summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void DotBFloat16Rows(ReadOnlySpan<float> query, ReadOnlySpan<ushort> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.DotBFloat16Rows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary><see cref="SquaredL2Rows"/> over rows in bfloat16.</summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> does not hold exactly that many elements.</exception>
    public static void SquaredL2BFloat16Rows(ReadOnlySpan<float> query, ReadOnlySpan<ushort> rows, Span<float> result)
    {
        ThrowIfNotPacked(query.Length, rows.Length, result.Length);
        s_kernel.SquaredL2BFloat16Rows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, result);
    }

    /// <summary>
    /// <paramref name="result"/>[i] = Hamming distance of the query and code i, for <paramref name="codes"/> packed code after
    /// code (<c>[result.Length, query.Length]</c> 64-bit words).
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="codes"/> does not hold exactly that many words.</exception>
    public static void HammingRows(ReadOnlySpan<ulong> query, ReadOnlySpan<ulong> codes, Span<int> result)
    {
        ThrowIfNotPacked(query.Length, codes.Length, result.Length);
        s_kernel.HammingRows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(codes), query.Length, result);
    }

    /// <summary>
    /// Σ aᵢbᵢ of a vector in 16 bits and a vector of 8-bit codes, exact as long as 255 · Σ|aᵢ| is below 2³¹, which is the caller's to see to.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static int DotBytes(ReadOnlySpan<short> a, ReadOnlySpan<byte> b)
    {
        ThrowIfLengthsDiffer(a.Length, b.Length);
        return s_kernel.DotBytes(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
    }

    /// <summary>Σ aᵢbᵢ of two vectors of 8-bit codes, exact up to 66,000 elements.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static uint DotBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ThrowIfLengthsDiffer(a.Length, b.Length);
        return s_kernel.DotBytes(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), a.Length);
    }

    /// <summary>
    /// <paramref name="result"/>[i] = query · the codes from byte i · <paramref name="stride"/> on; exact under the condition of
    /// <see cref="DotBytes(ReadOnlySpan{short}, ReadOnlySpan{byte})"/>. What lies between the codes of one row and the next is not read.
    /// Fastest when the query's length is a multiple of 16: pad with zeros.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="rows"/> ends before the last row does, or rows overlap.</exception>
    public static void DotByteRows(ReadOnlySpan<short> query, ReadOnlySpan<byte> rows, int stride, Span<int> result)
    {
        if (stride < query.Length)
            throw new ArgumentException($"The stride is {stride} bytes and a row has {query.Length} codes; the stride must not be smaller.", nameof(stride));
        if (result.Length > 0 && ((long)stride * (result.Length - 1)) + query.Length > rows.Length)
            throw new ArgumentException($"{result.Length} rows of {query.Length} codes, {stride} bytes apart, do not fit into {rows.Length} bytes.", nameof(rows));
        s_kernel.DotByteRows(ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), query.Length, stride, result);
    }

    private static double LengthInDouble(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var x in vector)
            sum += (double)x * x;
        return Math.Sqrt(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfLengthsDiffer(int a, int b)
    {
        if (a != b)
            Throw(a, b);

        static void Throw(int a, int b) => throw new ArgumentException($"The vectors have {a} and {b} elements; they must be of one length.");
    }

    private static void ThrowIfNotPacked(int dimension, int elements, int rows)
    {
        if ((long)dimension * rows != elements)
            throw new ArgumentException($"{rows} rows of {dimension} elements are {(long)dimension * rows} elements, and the rows given hold {elements}.");
    }
}
