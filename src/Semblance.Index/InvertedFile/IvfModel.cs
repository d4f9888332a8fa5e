using Semblance.Index.Codecs;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>What an inverted file learns from a sample: centroids of the lists, centroids of the codes, a rotation. Never changed.</summary>
internal sealed class IvfModel
{
    // Fewer rows a list make poor centroids; more cost time and change little.
    private const int SampleRowsPerList = 40;
    private const int MinSampleRows = 10_000;
    private const int CoarseRounds = 8;
    private const int BytePieces = 4;
    private const int NibblePieces = 2;

    public IvfModel(IvfCodes codes, Matrix centroids, ProductQuantizer? quantizer, Matrix? rotation, long trainedRows)
    {
        Codes = codes;
        Quantizer = quantizer;
        Rotation = rotation;
        TrainedRows = trainedRows;
        Coarse = new CoarseQuantizer(centroids);
        LongestCode = Longest(centroids) + (quantizer?.LongestCode ?? 0);
        ListCodes = codes == IvfCodes.Pq4 ? new FastScanListCodes(quantizer!.Pieces) : new PackedListCodes(quantizer?.Pieces ?? 0);
    }

    public IvfCodes Codes { get; }

    public CoarseQuantizer Coarse { get; }

    public ProductQuantizer? Quantizer { get; }

    /// <summary>[d, d], orthogonal; row vectors are multiplied by its transpose. Null where vectors are taken as they are.</summary>
    public Matrix? Rotation { get; }

    /// <summary>Rows there were when this was learnt.</summary>
    public long TrainedRows { get; }

    public ListCodes ListCodes { get; }

    /// <summary>No vector that the codes can tell is longer.</summary>
    public float LongestCode { get; }

    public long BytesHeld => Coarse.BytesHeld + ((Quantizer?.Values.Length ?? 0) * sizeof(float)) + ((Rotation?.Length ?? 0) * sizeof(float));

    public static int SampleRows(int lists) => Math.Max(MinSampleRows, lists * SampleRowsPerList);

    public static int ListsFor(int rows) => Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2.5 * Math.Sqrt(rows))), 1, Math.Max(1, rows / 8));

    /// <summary>Learns from a random sample of the rows, [n, d].</summary>
    public static IvfModel Train(
        Matrix sample, int lists, IvfCodes codes, IvfOptions options, long rows, int threads, CancellationToken cancellationToken)
    {
        var random = new SeededRandom(options.Seed);
        Matrix? rotation = null;
        if (options.OptimizedRotation && codes != IvfCodes.None)
        {
            rotation = OptimizedRotation.Fit(sample, PiecesFor(sample.Columns, codes, options), CentroidsFor(codes), random, threads, cancellationToken);
            sample = Rotated(sample, rotation, threads);
        }
        var centroids = CodebookKMeans.Fit(sample, Math.Min(lists, sample.Rows), CoarseRounds, random, threads, cancellationToken);
        ProductQuantizer? quantizer = null;
        if (codes != IvfCodes.None)
        {
            var assigned = new int[sample.Rows];
            CodebookKMeans.Assign(sample, centroids, assigned, threads);
            quantizer = ProductQuantizer.Train(
                Differences(sample, centroids, assigned), PiecesFor(sample.Columns, codes, options), CentroidsFor(codes), random, threads, cancellationToken);
        }
        return new IvfModel(codes, centroids, quantizer, rotation, rows);
    }

    /// <summary>
    /// The list of each row of <paramref name="vectors"/>, [n, d], the code of its difference r from the list's centroid c, [n, M], and the
    /// term that goes with the code: |q − x|² ≈ |q − c|² + (|r̂|² + 2 c·r̂) − 2 q·r̂, the part in brackets.
    /// </summary>
    public void Encode(Matrix vectors, Metric metric, Span<int> lists, Span<byte> codes, Span<float> terms)
    {
        if (Rotation is not null)
            vectors = Rotated(vectors, Rotation, 1);
        CodebookKMeans.Assign(vectors, Coarse.Centroids, lists, 1);
        if (Quantizer is null)
            return;
        Quantizer.Encode(Differences(vectors, Coarse.Centroids, lists), codes);
        if (metric == Metric.InnerProduct)
        {
            // −q·x = −q·c − q·r̂: nothing depends on the row alone.
            terms.Clear();
            return;
        }
        var decoded = new float[vectors.Columns];
        for (var i = 0; i < vectors.Rows; i++)
        {
            Quantizer.Decode(codes.Slice(i * Quantizer.Pieces, Quantizer.Pieces), decoded);
            terms[i] = VectorMath.Dot(decoded, decoded) + (2 * VectorMath.Dot(decoded, Coarse.Centroids.Row(lists[i])));
        }
    }

    public ReadOnlySpan<float> Rotate(ReadOnlySpan<float> query)
    {
        if (Rotation is null)
            return query;
        var rotated = new float[query.Length];
        VectorMath.DotRows(query, Rotation.Span, rotated);
        return rotated;
    }

    public static Matrix Rotated(Matrix vectors, Matrix rotation, int threads)
    {
        var rotated = new Matrix(vectors.Rows, vectors.Columns);
        MatrixProduct.Multiply(vectors, rotation, rotated, transposeB: true, threads: threads);
        return rotated;
    }

    private static int CentroidsFor(IvfCodes codes) => codes == IvfCodes.Pq8 ? 256 : 16;

    private static int PiecesFor(int dimension, IvfCodes codes, IvfOptions options)
    {
        if (codes == IvfCodes.Pq8)
            return Math.Min(dimension, options.Pieces ?? ((dimension + BytePieces - 1) / BytePieces));
        // Packed codes come in groups; pieces past the end of the vector are empty.
        var pieces = Math.Min(dimension, options.Pieces ?? ((dimension + NibblePieces - 1) / NibblePieces));
        return (pieces + FastScan.Group - 1) / FastScan.Group * FastScan.Group;
    }

    private static float Longest(Matrix vectors)
    {
        var square = 0f;
        for (var i = 0; i < vectors.Rows; i++)
            square = MathF.Max(square, VectorMath.Dot(vectors.Row(i), vectors.Row(i)));
        return MathF.Sqrt(square);
    }

    private static Matrix Differences(Matrix vectors, Matrix centroids, ReadOnlySpan<int> lists)
    {
        var differences = new Matrix(vectors.Rows, vectors.Columns);
        for (var i = 0; i < vectors.Rows; i++)
            System.Numerics.Tensors.TensorPrimitives.Subtract(vectors.Row(i), centroids.Row(lists[i]), differences.Row(i));
        return differences;
    }
}
