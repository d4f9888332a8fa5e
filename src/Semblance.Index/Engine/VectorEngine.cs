using System.Buffers;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Engine;

/// <summary>
/// Search over stored rows, led by a structure or by scanning: the structure proposes positions, the stored rows decide. When fewer
/// than k rows came back although the structure looked, the rows are scanned, so that k results come whenever k rows match.
/// </summary>
internal sealed class VectorEngine<T, TMetric> : IVectorEngine
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    // Below this many rows that pass, measuring all of them costs less than being led to them.
    private const int ScanSurvivorsBelow = 1000;

    private readonly RowFormat<T> _format;
    private readonly Metric _metric;
    private readonly RowStore<T> _store;
    private readonly RowScan<T, TMetric> _scan;

    public VectorEngine(RowFormat<T> format, Metric metric, IStructureKind? kind)
    {
        _format = format;
        _metric = metric;
        HasStructure = kind is not null;
        _store = new RowStore<T>(format.Width, kind?.Create(format, metric));
        _scan = new RowScan<T, TMetric>(format.QueryWidth);
    }

    public VectorEngine(RowFormat<T> format, Metric metric, IStructureKind? kind, MappedIndexFile file)
    {
        _format = format;
        _metric = metric;
        HasStructure = kind is not null;
        _store = new RowStore<T>(
            format.Width, file, RowSections.Ids, RowSections.Rows, kind?.Create(format, metric), kind is null ? null : rows => kind.Open(format, metric, file, rows));
        _scan = new RowScan<T, TMetric>(format.QueryWidth);
    }

    public int Dimension => _format.Dimension;

    public VectorStorage Storage => _format.Storage;

    public bool HasStructure { get; }

    public long Count
    {
        get
        {
            using var lease = _store.Read();
            return lease.Snapshot.Count;
        }
    }

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, int threads, CancellationToken cancellationToken) =>
        _store.Replace(ids, new EncodedVectors<T>(_format, _metric, vectors.Span), threads, cancellationToken);

    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors) => _store.Append(ids, new EncodedVectors<T>(_format, _metric, vectors));

    public bool Remove(long id) => _store.Remove(id);

    public bool Contains(long id) => _store.Contains(id);

    public Hit[] Search(ReadOnlySpan<float> query, int k, int effort, SearchOptions options)
    {
        if (!HasStructure || IsSmall(options.Allowed))
            return Scan(query, k, options);
        var asked = Asked(query);
        var prepared = Prepared(asked);
        using (var lease = _store.Read())
        {
            if (Led(lease.Snapshot, asked, prepared, k, effort, options, options.Trace) is { } hits)
                return hits;
        }
        if (options.Trace is { } trace)
            trace.Scanned = true;
        return _scan.Search(_store, prepared, k, options);
    }

    public Hit[] Scan(ReadOnlySpan<float> query, int k, SearchOptions options)
    {
        if (options.Trace is { } trace)
            trace.Scanned = true;
        return _scan.Search(_store, Prepared(Asked(query)), k, options);
    }

    public Hit[][] SearchBatch(Matrix queries, int k, int effort, SearchOptions options, CancellationToken cancellationToken)
    {
        if (effort == 0 || IsSmall(options.Allowed))
        {
            var prepared = new T[queries.Rows * _format.QueryWidth];
            for (var q = 0; q < queries.Rows; q++)
                _format.EncodeQuery(Asked(queries.Row(q)), prepared.AsSpan(q * _format.QueryWidth, _format.QueryWidth));
            return _scan.SearchBatch(_store, prepared, k, options, cancellationToken);
        }
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        var answers = new Hit[queries.Rows][];
        if (options.Threads == 1)
        {
            for (var q = 0; q < answers.Length; q++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                answers[q] = SearchAlone(q, options);
            }
            return answers;
        }
        var single = options with { Threads = 1 };
        Parallel.For(0, queries.Rows, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, q => answers[q] = SearchAlone(q, single));
        return answers;

        Hit[] SearchAlone(int q, SearchOptions searchOptions)
        {
            var asked = Asked(queries.Row(q));
            var prepared = Prepared(asked);
            return Led(rows, asked, prepared, k, effort, searchOptions, null) ?? _scan.Search(rows, prepared, k, searchOptions);
        }
    }

    public Hit[][] NeighboursOf(ReadOnlySpan<long> ids, int k, int effort, SearchOptions options, CancellationToken cancellationToken)
    {
        var positions = new int[ids.Length];
        using var lease = _store.Read(ids, positions);
        var rows = lease.Snapshot;
        LedFromRow? led = effort == 0 || IsSmall(options.Allowed) ? null : Lead;
        return new NeighbourSearch<T, TMetric>(rows, _scan, _format.QueryWidth, (row, query) => _format.EncodeQuery(AskedOf(row), query))
            .Run(ids.ToArray(), positions, k, effort, led, options, cancellationToken);

        Hit[]? Lead(int position, int wanted, SearchOptions single)
        {
            var asked = AskedOf(rows.RowAt(position));
            return Led(rows, asked, Prepared(asked), wanted, effort, single, null, position);
        }
    }

    public Hit[] SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions options) =>
        _scan.SearchRange(_store, Prepared(Asked(query)), radius, options);

    public bool TryGetVector(long id, Span<float> vector)
    {
        // Callers ask for a hundred thousand in a row.
        var rented = ArrayPool<T>.Shared.Rent(_format.Width);
        try
        {
            var row = rented.AsSpan(0, _format.Width);
            if (!_store.TryCopy(id, row))
                return false;
            _format.Decode(row, vector);
            return true;
        }
        finally
        {
            ArrayPool<T>.Shared.Return(rented);
        }
    }

    public long[] SampleIds(int count)
    {
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        var ids = new List<long>(count);
        var step = Math.Max(1, rows.Positions / Math.Max(1, count));
        for (var position = step / 2; position < rows.Positions && ids.Count < count; position += step)
        {
            if (!rows.IsDeleted(position))
                ids.Add(rows.IdAt(position));
        }
        return [.. ids];
    }

    public void Compact() => _store.Compact();

    public void Save(string path, string kind, long generation, RecallCurve? curve, IReadOnlyList<IndexFileSection> beside)
    {
        if (!HasStructure)
        {
            using var lease = _store.Read();
            Write(lease.Snapshot, RowSections.Live(lease.Snapshot, _format.Width));
            return;
        }
        // The structure speaks of positions, which must not move while it is written.
        _store.WithoutChanges(rows => Write(
            rows,
            [.. RowSections.AtPositions(rows, _format.Width), .. rows.Structure!.Sections(rows.Positions), .. RecallCurveSection.Write(curve)]));

        void Write(RowSnapshot<T> rows, IEnumerable<IndexFileSection> sections) => IndexFileWriter.Write(
            path, new IndexFileHeader(kind, _metric, Dimension, rows.Count, generation), [.. sections, .. StorageSection.Write(Storage), .. beside]);
    }

    public void Verify(List<string> problems)
    {
        using var lease = _store.Read();
        _store.File?.Verify(problems);
        var rows = lease.Snapshot;
        try
        {
            _store.Verify(problems);
            rows.Structure?.Verify(problems, rows);
            for (var position = 0; position < rows.Positions; position++)
            {
                if (!rows.IsDeleted(position) && _format.Problem(rows.RowAt(position), _metric) is { } problem)
                {
                    problems.Add($"The vector of id {rows.IdAt(position)} cannot be what was added: {problem}.");
                    break;
                }
            }
        }
        catch (IndexFileException damaged)
        {
            problems.Add(damaged.Message);
        }
    }

    public void Warm()
    {
        using var lease = _store.Read();
        lease.Snapshot.Structure?.Warm();
    }

    public IndexStatistics Statistics(string kind, long generation)
    {
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        var bytes = _store.BytesHeld(out var mapped);
        return new IndexStatistics(
            kind,
            rows.Count,
            rows.Deleted,
            (_format.Width * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()) + sizeof(long) + (rows.Structure?.BytesPerVector ?? 0),
            bytes + (rows.Structure?.BytesHeld ?? 0),
            mapped + (rows.Structure?.MappedBytes ?? 0),
            generation);
    }

    public void Dispose() => _store.Dispose();

    private static bool IsSmall(IReadOnlySet<long>? allowed) => allowed is not null && allowed.Count < ScanSurvivorsBelow;

    // What the structure leads to; null when it pays to scan, or too little was found.
    private Hit[]? Led(RowSnapshot<T> rows, float[] query, T[] prepared, int k, int effort, SearchOptions options, SearchTrace? trace, int origin = -1)
    {
        var search = new StructureSearch<T>(rows, query, prepared, Math.Min(k, rows.Count), effort, options)
        {
            Origin = origin,
            AllowedPositions = options.Filter is null ? _store.Allowed.Find(rows, options.Allowed) : null,
        };
        if (search.Selectivity * rows.Count < Math.Min(ScanSurvivorsBelow, rows.Count))
            return null;
        rows.Structure!.FindCandidates(search);
        var collector = new HitCollector(search.Wanted, options.MaxDistance ?? float.PositiveInfinity, options.ForCandidates, checkAllowed: false);
        _scan.Rescore(rows, search.Candidates, prepared, collector);
        if (trace is not null)
            (trace.Effort, trace.Visited, trace.Rescored) = (effort, search.Visited, search.Count);
        // Within a largest distance fewer than k may be all there are: enough that k were considered.
        return search.Count >= search.K ? collector.ToHits() : null;
    }

    private float[] AskedOf(ReadOnlySpan<T> row)
    {
        var vector = new float[Dimension];
        _format.Decode(row, vector);
        return Asked(vector);
    }

    // A copy, as the metric needs it.
    private float[] Asked(ReadOnlySpan<float> query)
    {
        var asked = query.ToArray();
        if (_metric == Metric.Cosine)
            VectorMath.NormalizeL2(asked);
        return asked;
    }

    private T[] Prepared(float[] asked)
    {
        if (asked is T[] same)
            return same;
        var prepared = new T[_format.QueryWidth];
        _format.EncodeQuery(asked, prepared);
        return prepared;
    }
}
