using Semblance.Index.Codecs;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The centroids of the lists. The nearest are found exactly, or, where the lists are many and vectors are coded anyway, among a
/// shortlist by their codes: with thousands of lists the exact distances would take most of a search.
/// </summary>
internal sealed class CoarseQuantizer
{
    // Twice as many centroids as lists are wanted are measured exactly: the codes put hardly any of the nearest behind them.
    private const int ShortlistFactor = 2;
    private const int ShortlistSlack = 8;

    private readonly byte[]? _codes;
    private readonly int _pieces;

    public CoarseQuantizer(Matrix centroids, ProductQuantizer? quantizer)
    {
        Centroids = centroids;
        if (quantizer is null)
            return;
        _pieces = quantizer.Pieces;
        var codes = new byte[centroids.Rows * _pieces];
        quantizer.Encode(centroids, codes);
        var blockBytes = FastScan.BlockBytes(_pieces);
        _codes = new byte[(centroids.Rows + FastScan.BlockRows - 1) / FastScan.BlockRows * blockBytes];
        for (var list = 0; list < centroids.Rows; list++)
            FastScan.Pack(codes.AsSpan(list * _pieces, _pieces), _codes.AsSpan(list / FastScan.BlockRows * blockBytes, blockBytes), list % FastScan.BlockRows);
    }

    /// <summary>[lists, d].</summary>
    public Matrix Centroids { get; }

    public int Lists => Centroids.Rows;

    public long BytesHeld => ((long)Centroids.Rows * Centroids.Columns * sizeof(float)) + (_codes?.Length ?? 0);

    /// <summary>The lists to probe, nearest first, into <paramref name="context"/>.</summary>
    public ReadOnlySpan<int> Nearest(ReadOnlySpan<float> query, Metric metric, int probes, ListSearch context)
    {
        var order = context.Order(Lists);
        var keys = context.Distances(Lists);
        var shortlist = (probes * ShortlistFactor) + ShortlistSlack;
        if (_codes is null || shortlist >= Lists)
        {
            Keys(query, Centroids.Span, metric, keys);
            for (var list = 0; list < Lists; list++)
                order[list] = list;
            keys.Sort(order);
            return order[..probes];
        }
        var sums = context.Sums((Lists + FastScan.BlockRows - 1) / FastScan.BlockRows * FastScan.BlockRows);
        FastScan.Sums(_codes, context.Tables.Arranged, sums);
        context.Lists.Start(shortlist);
        Picking.Below(sums[..Lists], context.Lists);
        var near = context.Lists.Finish();
        for (var i = 0; i < near.Length; i++)
        {
            order[i] = Shortlist.Number(near[i]);
            Keys(query, Centroids.Row(order[i]), metric, keys.Slice(i, 1));
        }
        keys[..near.Length].Sort(order[..near.Length]);
        return order[..Math.Min(probes, near.Length)];
    }

    private static void Keys(ReadOnlySpan<float> query, ReadOnlySpan<float> centroids, Metric metric, Span<float> keys)
    {
        if (metric != Metric.InnerProduct)
        {
            VectorMath.SquaredL2Rows(query, centroids, keys);
            return;
        }
        VectorMath.DotRows(query, centroids, keys);
        System.Numerics.Tensors.TensorPrimitives.Negate(keys, keys);
    }
}
