using System.Numerics;
using Semblance.Index.Codecs;
using Semblance.Index.Scanning;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The centroids of the lists. The nearest to a query are found exactly, or, where the lists are many, by packed codes of the
/// centroids: with thousands of lists exact distances would take most of a search, and lists at the edge of the probed ones matter little.
/// </summary>
internal sealed class CoarseQuantizer
{
    // Below this many centroids their codes save nothing.
    private const int CodedFrom = 256;
    private const int PieceElements = 2;

    // Centroids are few and are measured without terms of their own.
    private static readonly float[] s_noTerms = new float[Picking.Group];

    private readonly byte[]? _codes;

    public CoarseQuantizer(Matrix centroids)
    {
        Centroids = centroids;
        if (centroids.Rows < CodedFrom)
            return;
        var pieces = ((centroids.Columns + PieceElements - 1) / PieceElements + FastScan.Group - 1) / FastScan.Group * FastScan.Group;
        // The centroids are all the data there is, so nothing is drawn; the seed only starts the clusters.
        Quantizer = ProductQuantizer.Train(centroids, pieces, 16, new SeededRandom(1), threads: 1);
        var codes = new byte[centroids.Rows * pieces];
        Quantizer.Encode(centroids, codes);
        var layout = new FastScanListCodes(pieces);
        _codes = new byte[layout.Bytes(centroids.Rows)];
        for (var list = 0; list < centroids.Rows; list++)
            layout.Put(codes.AsSpan(list * pieces, pieces), _codes, list);
    }

    /// <summary>[lists, d].</summary>
    public Matrix Centroids { get; }

    public int Lists => Centroids.Rows;

    /// <summary>Of the centroids' codes; null where they are measured exactly.</summary>
    public ProductQuantizer? Quantizer { get; }

    public long BytesHeld => ((long)Centroids.Rows * Centroids.Columns * sizeof(float)) + (_codes?.Length ?? 0);

    /// <summary>The lists to probe, nearest first.</summary>
    public ReadOnlySpan<int> Nearest(ReadOnlySpan<float> query, Metric metric, int probes, ListSearch context)
    {
        var order = context.Order(Lists);
        if (_codes is null || probes == Lists)
        {
            var distances = context.Distances(Lists);
            MatrixScan.Distances(query, Centroids, metric, distances);
            for (var list = 0; list < Lists; list++)
                order[list] = list;
            distances.Sort(order);
            return order[..probes];
        }
        context.CentroidTables.Fill(query, metric);
        var sums = context.Sums((Lists + Picking.Group - 1) / Picking.Group * Picking.Group);
        FastScan.Sums(_codes, context.CentroidTables.Arranged, sums);
        var near = context.Lists;
        near.Start(probes);
        Span<float> keys = stackalloc float[Picking.Group];
        for (var start = 0; start < Lists; start += Picking.Group)
        {
            var bits = Picking.Keys(sums[start..], s_noTerms, 0, 1, near.Threshold, keys);
            if (Lists - start < Picking.Group)
                bits &= (1u << (Lists - start)) - 1;
            for (; bits != 0; bits &= bits - 1)
            {
                var i = BitOperations.TrailingZeroCount(bits);
                if (keys[i] < near.Threshold)
                    near.Add(keys[i], start + i);
            }
        }
        var kept = near.Finish();
        kept.Sort();
        var count = Math.Min(kept.Length, probes);
        for (var i = 0; i < count; i++)
            order[i] = Shortlist.Number(kept[i]);
        return order[..count];
    }

    /// <summary>What the nearness of a list adds to the distances of its rows: the squared distance, or the negated product.</summary>
    public float Offset(ReadOnlySpan<float> query, Metric metric, int list) => metric == Metric.InnerProduct
        ? -VectorMath.Dot(query, Centroids.Row(list))
        : VectorMath.SquaredL2(query, Centroids.Row(list));
}
