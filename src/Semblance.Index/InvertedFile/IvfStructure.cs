using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// An inverted file (Sivic and Zisserman 2003; with product codes Jégou, Douze and Schmid 2011): each row stands in the list of its
/// nearest centroid, and a search looks through the lists of the centroids nearest to the query. It learns once there are rows enough and
/// from then on takes rows in without learning again.
/// </summary>
internal sealed class IvfStructure<T> : IRowStructure<T>
    where T : unmanaged
{
    // Below this many rows a scan is as fast, and centroids would have little to learn from.
    private const int TrainFrom = 1000;

    // Lists this many times too long are worth learning again, when the rows are copied anyway.
    private const int OutgrownFactor = 8;

    private const int Chunk = 4096;

    private readonly RowFormat<T> _format;
    private readonly Metric _metric;
    private readonly IvfCodes _codes;
    private readonly IvfOptions _options;
    private readonly IvfModel? _model; // Null before there were rows enough.
    private readonly InvertedLists? _lists;
    private readonly ConcurrentBag<ListSearch> _searches = [];

    public IvfStructure(RowFormat<T> format, Metric metric, IvfCodes codes, IvfOptions options, IvfModel? model, InvertedLists? lists)
    {
        _format = format;
        _metric = metric;
        _codes = codes;
        _options = options;
        _model = model;
        _lists = lists;
    }

    public long BytesHeld => (_model?.BytesHeld ?? 0) + (_lists?.BytesHeld ?? 0);

    public long MappedBytes => _lists?.MappedBytes ?? 0;

    public double BytesPerVector => _model is null ? 0 : sizeof(int) + _model.ListCodes.BytesPerCode;

    public IRowStructure<T> Build(RowSnapshot<T> rows, int threads, CancellationToken cancellationToken)
    {
        if (rows.Count < TrainFrom)
            return new IvfStructure<T>(_format, _metric, _codes, _options, null, null);
        var listCount = Math.Min(_options.Lists ?? IvfModel.ListsFor(rows.Count), rows.Count);
        var model = IvfModel.Train(Sample(rows, IvfModel.SampleRows(listCount)), listCount, _codes, _options, rows.Count, threads, cancellationToken);
        var assigned = new int[rows.Positions];
        var width = model.ListCodes.Width;
        var codes = new byte[(long)rows.Positions * width];
        var terms = new float[rows.Positions];
        ForEachChunk(
            rows.Positions,
            threads,
            (start, count) => model.Encode(
                Decoded(rows, start, count), _metric, assigned.AsSpan(start, count), codes.AsSpan(start * width, count * width), terms.AsSpan(start, count)),
            cancellationToken);
        var capacities = new int[model.Coarse.Lists];
        foreach (var list in assigned)
            capacities[list]++;
        var lists = new InvertedLists(model.ListCodes, capacities);
        for (var position = 0; position < assigned.Length; position++)
            lists.Add(assigned[position], position, codes.AsSpan(position * width, width), terms[position]);
        return new IvfStructure<T>(_format, _metric, _codes, _options, model, lists);
    }

    public IRowStructure<T> Append(RowSnapshot<T> rows, int first)
    {
        if (_model is null)
            return rows.Count < TrainFrom ? this : Build(rows, _options.BuildThreads, CancellationToken.None);
        var width = _model.ListCodes.Width;
        for (var start = first; start < rows.Positions; start += Chunk)
        {
            var count = Math.Min(Chunk, rows.Positions - start);
            var assigned = new int[count];
            var codes = new byte[count * width];
            var terms = new float[count];
            _model.Encode(Decoded(rows, start, count), _metric, assigned, codes, terms);
            for (var i = 0; i < count; i++)
                _lists!.Add(assigned[i], start + i, codes.AsSpan(i * width, width), terms[i]);
        }
        return this;
    }

    public IRowStructure<T> Compact(RowSnapshot<T> old, RowSnapshot<T> rows, int[] newPositions)
    {
        if (_model is null)
            return this;
        return rows.Count > _model.TrainedRows * OutgrownFactor && _options.Lists is null
            ? Build(rows, _options.BuildThreads, CancellationToken.None)
            : new IvfStructure<T>(_format, _metric, _codes, _options, _model, _lists!.Compact(newPositions));
    }

    public void FindCandidates(StructureSearch<T> search)
    {
        if (_model is null)
            return;
        if (!_searches.TryTake(out var context))
            context = new ListSearch(_model);
        var query = _model.Rotate(search.Query);
        // Where few rows are accepted, as many more lists are looked through.
        var probes = (int)Math.Clamp(search.Effort / search.Selectivity, 1, _model.Coarse.Lists);
        var lists = _model.Coarse.Nearest(query, _metric, probes, context);
        switch (_codes)
        {
            case IvfCodes.None:
                OfferAll(lists, search);
                break;
            case IvfCodes.Pq8:
                ScanBytes(query, lists, search, context);
                break;
            default:
                ScanNibbles(query, lists, search, context);
                break;
        }
        _searches.Add(context);
    }

    public IEnumerable<IndexFileSection> Sections(int positions) =>
        _model is null ? [] : [.. IvfModelSections.Write(_model), .. _lists!.Sections()];

    public void Verify(List<string> problems, RowSnapshot<T> rows) => _lists?.Verify(problems, rows.Positions);

    public void Warm() => _lists?.Warm();

    // Codes of two bits an element put the true neighbours among the first few dozen; the last per cent of recall, for which many lists
    // are probed, hides deeper.
    private int ShortlistFor(StructureSearch<T> search) => Math.Max(
        search.K,
        _options.RescorePerNeighbour is { } each ? (int)Math.Min((long)search.K * each, ushort.MaxValue) : (3 * search.K) + 10 + (5 * search.Effort / 3));

    private void OfferAll(ReadOnlySpan<int> lists, StructureSearch<T> search)
    {
        foreach (var list in lists)
        {
            var probed = _lists![list];
            var positions = probed.Positions;
            search.Visited += positions.Length;
            foreach (var position in positions)
            {
                if (search.Accepts(position))
                    search.Offer(position);
            }
            // The writer may have put a longer list in its place, and then nothing else holds the memory that is read here.
            GC.KeepAlive(probed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanNibbles(ReadOnlySpan<float> query, ReadOnlySpan<int> lists, StructureSearch<T> search, ListSearch context)
    {
        var tables = context.Tables;
        tables.FillProducts(query, _metric == Metric.InnerProduct ? 1 : 2);
        var shortlist = context.Rows;
        shortlist.Start(ShortlistFor(search));
        var acceptsAll = search.AcceptsAll;
        var covered = (uint)search.Rows.Positions;
        var blockBytes = FastScan.BlockBytes(_model!.ListCodes.Width);
        // Keys must not be negative: under inner product the most negative distance there can be is added to all.
        var lift = _metric == Metric.InnerProduct ? Lift(query) : 0;
        Span<float> keys = stackalloc float[Picking.Group];
        long visited = 0;
        for (var l = 0; l < lists.Length; l++)
        {
            var number = lists[l];
            var list = _lists![number];
            if (l + 1 < lists.Length)
                _lists[lists[l + 1]].Prefetch();
            var positions = list.Positions;
            var blocks = (positions.Length + FastScan.BlockRows - 1) / FastScan.BlockRows;
            var sums = context.Sums(blocks * FastScan.BlockRows);
            FastScan.Sums(list.Codes[..(blocks * blockBytes)], tables.Arranged, sums);
            var terms = list.Terms;
            var offset = _model.Coarse.Offset(query, _metric, number) + tables.Bias + lift;
            visited += positions.Length;
            for (var start = 0; start < positions.Length; start += Picking.Group)
            {
                var bits = Picking.Keys(sums[start..], terms[start..], offset, tables.Step, shortlist.Threshold, keys);
                if (positions.Length - start < Picking.Group)
                    bits &= (1u << (positions.Length - start)) - 1;
                for (; bits != 0; bits &= bits - 1)
                {
                    var i = BitOperations.TrailingZeroCount(bits);
                    var position = positions[start + i];
                    if (keys[i] < shortlist.Threshold && (uint)position < covered && (acceptsAll || search.Accepts(position)))
                        shortlist.Add(keys[i], position);
                }
            }
            GC.KeepAlive(list);
        }
        search.Visited += visited;
        foreach (var key in shortlist.Finish())
            search.Offer(Shortlist.Number(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanBytes(ReadOnlySpan<float> query, ReadOnlySpan<int> lists, StructureSearch<T> search, ListSearch context)
    {
        var quantizer = _model!.Quantizer!;
        var tables = context.Distances(quantizer.Pieces * quantizer.Centroids);
        quantizer.Products(query, _metric == Metric.InnerProduct ? 1 : 2, tables);
        var shortlist = context.Rows;
        shortlist.Start(ShortlistFor(search));
        var lift = _metric == Metric.InnerProduct ? Lift(query) : 0;
        foreach (var number in lists)
        {
            var list = _lists![number];
            var positions = list.Positions;
            var codes = list.Codes;
            var terms = list.Terms;
            var offset = _model.Coarse.Offset(query, _metric, number) + lift;
            search.Visited += positions.Length;
            for (var row = 0; row < positions.Length; row++)
            {
                var key = offset + terms[row] + Sum(codes.Slice(row * quantizer.Pieces, quantizer.Pieces), tables, quantizer.Centroids);
                if (key < shortlist.Threshold && search.Accepts(positions[row]))
                    shortlist.Add(key, positions[row]);
            }
            GC.KeepAlive(list);
        }
        foreach (var key in shortlist.Finish())
            search.Offer(Shortlist.Number(key));
    }

    private float Lift(ReadOnlySpan<float> query) => MathF.Sqrt(VectorMath.Dot(query, query)) * _model!.LongestCode;

    private static float Sum(ReadOnlySpan<byte> code, ReadOnlySpan<float> tables, int centroids)
    {
        float even = 0, odd = 0;
        var piece = 0;
        for (; piece + 2 <= code.Length; piece += 2)
        {
            even += tables[(piece * centroids) + code[piece]];
            odd += tables[((piece + 1) * centroids) + code[piece + 1]];
        }
        if (piece < code.Length)
            even += tables[(piece * centroids) + code[piece]];
        return even + odd;
    }

    // Live rows drawn at random.
    private Matrix Sample(RowSnapshot<T> rows, int wanted)
    {
        var random = new SeededRandom(_options.Seed);
        var live = new int[rows.Count];
        var found = 0;
        for (var position = 0; position < rows.Positions; position++)
        {
            if (!rows.IsDeleted(position))
                live[found++] = position;
        }
        random.Shuffle<int>(live);
        var sample = new Matrix(Math.Min(wanted, live.Length), _format.Dimension);
        for (var i = 0; i < sample.Rows; i++)
            _format.Decode(rows.RowAt(live[i]), sample.Row(i));
        return sample;
    }

    private Matrix Decoded(RowSnapshot<T> rows, int start, int count)
    {
        var vectors = new Matrix(count, _format.Dimension);
        for (var i = 0; i < count; i++)
            _format.Decode(rows.RowAt(start + i), vectors.Row(i));
        return vectors;
    }

    private static void ForEachChunk(int rows, int threads, Action<int, int> body, CancellationToken cancellationToken) =>
        Parallel.For(0, (rows + Chunk - 1) / Chunk, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, chunk =>
            body(chunk * Chunk, Math.Min(Chunk, rows - (chunk * Chunk))));
}
