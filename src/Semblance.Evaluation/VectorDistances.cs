using System.Buffers;
using Semblance.Evaluation.Streaming;
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

    // Rows that are read at a time where they do not lie in memory: 1 MB.
    private const int ReadFloats = 1 << 18;

    private readonly IVectorRows _queries;
    private readonly IVectorRows _gallery;
    private readonly Metric _metric;

    /// <summary>
    /// <paramref name="queries"/> are q vectors of length d, <paramref name="gallery"/> n of them; NaN and infinity are refused by row. Both sides are read once to be checked; after that a query is read with its block, and the whole
    /// gallery once for each block of queries. Of a <see cref="Matrix"/> under cosine a normalised copy is kept, of other rows nothing.
    /// </summary>
    public VectorDistances(IVectorRows queries, IVectorRows gallery, Metric metric)
    {
        if (queries.Dimension != gallery.Dimension)
            throw new ArgumentException($"The queries have {queries.Dimension} dimensions and the gallery {gallery.Dimension}; embed both with one model.", nameof(gallery));
        if (metric == Metric.Hamming)
            throw new ArgumentException("Hamming counts the differing bits of codes and these are float vectors: choose Cosine, L2 or InnerProduct.", nameof(metric));
        Queries = RankableCount(queries, nameof(queries));
        Gallery = RankableCount(gallery, nameof(gallery));
        var longestQuery = LongestFiniteRow(queries, nameof(queries));
        var longestItem = ReferenceEquals(queries, gallery) ? longestQuery : LongestFiniteRow(gallery, nameof(gallery));
        _metric = metric;
        _queries = metric == Metric.Cosine ? UnitRows.Of(queries) : queries;
        _gallery = metric != Metric.Cosine ? gallery : ReferenceEquals(queries, gallery) ? _queries : UnitRows.Of(gallery);
        Range = metric switch
        {
            Metric.Cosine => new DistanceRange(0, 2),
            Metric.L2 => new DistanceRange(0, longestQuery + longestItem),
            _ => InnerProductRange(longestQuery * longestItem),
        };
    }

    public int Queries { get; }

    public int Gallery { get; }

    public DistanceRange Range { get; }

    /// <summary><c>[q, d]</c>; of unit length for cosine, so that Euclidean distance between them orders as cosine does.</summary>
    internal IVectorRows QueryVectors => _queries;

    public void Fill(int firstQuery, Span<float> block)
    {
        var count = block.Length / Gallery;
        var dimension = _gallery.Dimension;
        var atOnce = Math.Max(1, ReadFloats / Math.Max(1, dimension));
        var queryBuffer = BufferFor(_queries, count);
        var buffer = BufferFor(_gallery, Math.Min(Gallery, atOnce));
        var queries = _queries.Read(firstQuery, count, queryBuffer);
        for (var start = 0; start < Gallery; start += atOnce)
        {
            var rows = _gallery.Read(start, Math.Min(atOnce, Gallery - start), buffer);
            FillColumns(queries, rows, start, block);
        }
        Return(queryBuffer);
        Return(buffer);
    }

    /// <summary>The distances of all queries of the block to <paramref name="rows"/>, the gallery's from <paramref name="firstItem"/> on.</summary>
    private void FillColumns(ReadOnlySpan<float> queries, ReadOnlySpan<float> rows, int firstItem, Span<float> block)
    {
        var dimension = _gallery.Dimension;
        var tile = Math.Max(1, TileFloats / Math.Max(1, dimension));
        var count = dimension == 0 ? Gallery : rows.Length / dimension;
        for (var start = 0; start < count; start += tile)
        {
            var length = Math.Min(tile, count - start);
            var those = rows.Slice(start * dimension, length * dimension);
            for (var q = 0; q < block.Length / Gallery; q++)
                FillRow(queries.Slice(q * dimension, dimension), those, block.Slice(q * Gallery + firstItem + start, length));
        }
    }

    private void FillRow(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
    {
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

    // A matrix lends its rows where they lie.
    private static float[] BufferFor(IVectorRows rows, int count) => rows is Matrix ? [] : ArrayPool<float>.Shared.Rent(count * rows.Dimension);

    private static void Return(float[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<float>.Shared.Return(buffer);
    }

    private static int RankableCount(IVectorRows rows, string name) => rows.Count <= Array.MaxLength
        ? (int)rows.Count
        : throw new ArgumentException($"There are {rows.Count} vectors in the {name}, and a ranking takes at most {Array.MaxLength}.", name);

    private static float LongestFiniteRow(IVectorRows rows, string name)
    {
        var dimension = rows.Dimension;
        var atOnce = Math.Max(1, ReadFloats / Math.Max(1, dimension));
        var buffer = BufferFor(rows, (int)Math.Min(rows.Count, atOnce));
        var longest = 0f;
        for (long first = 0; first < rows.Count; first += atOnce)
        {
            var count = (int)Math.Min(atOnce, rows.Count - first);
            var block = rows.Read(first, count, buffer);
            for (var i = 0; i < count; i++)
            {
                var row = block.Slice(i * dimension, dimension);
                RequireFinite(row, first + i, name);
                longest = Math.Max(longest, MathF.Sqrt(VectorMath.Dot(row, row)));
            }
        }
        Return(buffer);
        return longest;
    }

    private static void RequireFinite(ReadOnlySpan<float> row, long index, string name)
    {
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"Row {index} of the {name} holds {value}; a ranking over it would be meaningless. Remove or re-embed that item.", name);
        }
    }
}
