using Semblance.Index.Codecs;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Makes short byte codes of float vectors from which distances can be estimated. The indexes use the same methods packed for their
/// loops; here each stands alone, to be compared by <see cref="Measure"/> and used for its own sake. Distances are estimated between a
/// float query and codes. Immutable, and safe for use by several threads.
/// </summary>
public abstract class VectorCodec
{
    private protected VectorCodec(string name, int dimension, int bytesPerVector)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Name = name;
        Dimension = dimension;
        BytesPerVector = bytesPerVector;
    }

    /// <summary>The codec's name, as reports spell it: <c>sq8</c>, <c>sq4-rotated</c>, <c>pq32x8</c>, <c>opq32x8</c>, <c>rabitq</c>.</summary>
    public string Name { get; }

    /// <summary>Elements of a vector.</summary>
    public int Dimension { get; }

    /// <summary>Bytes of a code with all that belongs to it.</summary>
    public int BytesPerVector { get; }

    /// <summary>
    /// Scalar quantisation over the range of each vector: <paramref name="bits"/> an element and 8 bytes for step and base.
    /// A random rotation before it spreads what a few large elements hold over all, which 4 bits need.
    /// </summary>
    /// <param name="bits">4 or 8.</param>
    /// <param name="rotationSeed">Null leaves the vector as it is.</param>
    public static VectorCodec Scalar(int dimension, int bits, long? rotationSeed = null) => new ScalarCodec(dimension, bits, rotationSeed);

    /// <summary>
    /// Product quantisation (Jégou, Douze and Schmid 2011), <paramref name="bits"/> for each of <paramref name="pieces"/> pieces; with an
    /// optimised rotation (Ge, He, Ke and Sun 2013) where asked.
    /// </summary>
    /// <param name="sample">[n, d] to learn from, n at least 2^bits.</param>
    /// <param name="pieces">1…d.</param>
    /// <param name="bits">4 or 8.</param>
    /// <exception cref="ArgumentException">The sample has fewer rows than a piece has centroids.</exception>
    public static VectorCodec Product(Matrix sample, int pieces, int bits, bool optimizedRotation = false, long seed = 0, CancellationToken cancellationToken = default)
        => ProductCodec.Train(sample, pieces, bits, optimizedRotation, seed, cancellationToken);

    /// <summary>One bit an element with a bound on its error: see <see cref="RaBitQCodec"/>.</summary>
    /// <param name="sample">[n, d], n ≥ 1: its mean is the centre that codes are taken from.</param>
    public static RaBitQCodec RaBitQ(Matrix sample, long seed = 0) => new(sample, seed);

    /// <summary>The code of one vector into <see cref="BytesPerVector"/> bytes.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        if (vector.Length != Dimension || code.Length != BytesPerVector)
            throw new ArgumentException($"This codec takes {Dimension} numbers to {BytesPerVector} bytes; it was given {vector.Length} and room for {code.Length}.");
        EncodeChecked(vector, code);
    }

    /// <summary>The codes of all rows, [n, d], packed code after code, on all cores.</summary>
    /// <exception cref="ArgumentException">The matrix has another number of columns than <see cref="Dimension"/>.</exception>
    public byte[] Encode(Matrix vectors)
    {
        if (vectors.Rows > 0 && vectors.Columns != Dimension)
            throw new ArgumentException($"This codec takes vectors of {Dimension} numbers; the matrix has {vectors.Columns} columns.", nameof(vectors));
        var codes = new byte[checked(vectors.Rows * BytesPerVector)];
        Parallel.For(0, vectors.Rows, row => EncodeChecked(vectors.Row(row), codes.AsSpan(row * BytesPerVector, BytesPerVector)));
        return codes;
    }

    /// <summary>What the code still knows of its vector.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        if (vector.Length != Dimension || code.Length != BytesPerVector)
            throw new ArgumentException($"This codec takes {BytesPerVector} bytes to {Dimension} numbers; it was given {code.Length} and room for {vector.Length}.");
        DecodeChecked(code, vector);
    }

    /// <summary>
    /// Estimates of the squared L2 distances of <paramref name="query"/> from packed codes, or of the negated inner products.
    /// Under <see cref="Metric.Cosine"/> query and coded vectors must have length 1, and the estimates are squared L2 distances.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong, or the metric is Hamming.</exception>
    public void Estimate(ReadOnlySpan<float> query, Metric metric, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        if (query.Length != Dimension || codes.Length != (long)distances.Length * BytesPerVector)
            throw new ArgumentException($"{distances.Length} codes are {(long)distances.Length * BytesPerVector} bytes and the query has {Dimension} numbers; {codes.Length} and {query.Length} were given.");
        IndexArguments.CheckVectorMetric(metric);
        EstimateChecked(query, metric, codes, distances);
    }

    /// <summary>How much of the neighbourhood the codes keep, on a sample that the codec was not fitted to. O(queries · n · d).</summary>
    /// <param name="sample">[n, d], more than <paramref name="k"/> rows; a few thousand tell enough.</param>
    /// <param name="queries">Rows of the sample that are asked for.</param>
    public CodecFidelity Measure(Matrix sample, Metric metric, int queries = 100, int k = 10, CancellationToken cancellationToken = default)
    {
        var vectors = FidelityMeasurement.AsMeasured(sample, metric);
        var codes = Encode(vectors);
        return FidelityMeasurement.Measure(
            Name, BytesPerVector, vectors, metric, queries, k, (query, distances) => EstimateChecked(vectors.Row(query), metric, codes, distances), cancellationToken);
    }

    private protected abstract void EncodeChecked(ReadOnlySpan<float> vector, Span<byte> code);

    private protected abstract void DecodeChecked(ReadOnlySpan<byte> code, Span<float> vector);

    private protected virtual void EstimateChecked(ReadOnlySpan<float> query, Metric metric, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        var decoded = new float[Dimension];
        for (var i = 0; i < distances.Length; i++)
        {
            DecodeChecked(codes.Slice(i * BytesPerVector, BytesPerVector), decoded);
            distances[i] = metric == Metric.InnerProduct ? -VectorMath.Dot(query, decoded) : VectorMath.SquaredL2(query, decoded);
        }
    }
}
