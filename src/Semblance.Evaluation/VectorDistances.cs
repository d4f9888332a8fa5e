using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>
/// Distances between float vectors. Every distance comes from the same kernel whatever its place in a block, so duplicates tie exactly;
/// a matrix product with its edge tiles would not promise that.
/// Cosine works on normalised copies; a zero vector has distance 1 to everything. Differences below float resolution (6e-8 for cosine) are ties.
/// </summary>
public sealed class VectorDistances : IDistanceSource
{
    // Rows of the gallery that stay in the first-level cache while the queries of a block pass over them.
    private const int TileFloats = 6 * 1024;

    private readonly Matrix _queries;
    private readonly Matrix _gallery;
    private readonly Metric _metric;

    /// <summary><paramref name="queries"/> is <c>[q, d]</c>, <paramref name="gallery"/> <c>[n, d]</c>; NaN and infinity are refused by row.</summary>
    public VectorDistances(Matrix queries, Matrix gallery, Metric metric)
    {
        if (queries.Columns != gallery.Columns)
            throw new ArgumentException($"The queries have {queries.Columns} dimensions and the gallery {gallery.Columns}; embed both with one model.", nameof(gallery));
        if (metric == Metric.Hamming)
            throw new ArgumentException("Hamming counts the differing bits of codes and these are float vectors: choose Cosine, L2 or InnerProduct.", nameof(metric));
        RequireFinite(queries, nameof(queries));
        if (!ReferenceEquals(queries, gallery))
            RequireFinite(gallery, nameof(gallery));
        _metric = metric;
        _queries = metric == Metric.Cosine ? Normalised(queries) : queries;
        _gallery = metric != Metric.Cosine ? gallery : ReferenceEquals(queries, gallery) ? _queries : Normalised(gallery);
        Range = metric switch
        {
            Metric.Cosine => new DistanceRange(0, 2),
            Metric.L2 => new DistanceRange(0, LongestRow(queries) + LongestRow(gallery)),
            _ => InnerProductRange(LongestRow(queries) * LongestRow(gallery)),
        };
    }

    public int Queries => _queries.Rows;

    public int Gallery => _gallery.Rows;

    public DistanceRange Range { get; }

    /// <summary><c>[q, d]</c>; of unit length for cosine, so that Euclidean distance between them orders as cosine does.</summary>
    internal Matrix QueryVectors => _queries;

    public void Fill(int firstQuery, Span<float> block)
    {
        var count = block.Length / Gallery;
        var tile = Math.Max(1, TileFloats / Math.Max(1, _gallery.Columns));
        for (var start = 0; start < Gallery; start += tile)
        {
            var end = Math.Min(Gallery, start + tile);
            for (var q = 0; q < count; q++)
                FillRow(_queries.Row(firstQuery + q), start, block.Slice(q * Gallery + start, end - start));
        }
    }

    private void FillRow(ReadOnlySpan<float> query, int firstItem, Span<float> distances)
    {
        var dimension = _gallery.Columns;
        var rows = _gallery.Span.Slice(firstItem * dimension, distances.Length * dimension);
        switch (_metric)
        {
            case Metric.Cosine:
                VectorMath.DotRows(query, rows, distances);
                // Rounding can push the cosine of equal vectors past 1.
                foreach (ref var value in distances)
                    value = Math.Max(0, 1 - value);
                break;
            case Metric.L2:
                VectorMath.SquaredL2Rows(query, rows, distances);
                foreach (ref var value in distances)
                    value = MathF.Sqrt(value);
                break;
            default:
                VectorMath.DotRows(query, rows, distances);
                foreach (ref var value in distances)
                    value = -value;
                break;
        }
    }

    private static DistanceRange InnerProductRange(float bound) => new(-bound, bound);

    private static Matrix Normalised(Matrix source)
    {
        var result = new Matrix(source.Rows, source.Columns);
        source.Span.CopyTo(result.Span);
        for (var i = 0; i < result.Rows; i++)
            VectorMath.NormalizeL2(result.Row(i));
        return result;
    }

    private static float LongestRow(Matrix matrix)
    {
        var longest = 0f;
        for (var i = 0; i < matrix.Rows; i++)
            longest = Math.Max(longest, MathF.Sqrt(VectorMath.Dot(matrix.Row(i), matrix.Row(i))));
        return longest;
    }

    private static void RequireFinite(Matrix matrix, string name)
    {
        for (var i = 0; i < matrix.Rows; i++)
        {
            foreach (var value in matrix.Row(i))
            {
                if (!float.IsFinite(value))
                    throw new ArgumentException($"Row {i} of the {name} holds {value}; a ranking over it would be meaningless. Remove or re-embed that item.", name);
            }
        }
    }
}
