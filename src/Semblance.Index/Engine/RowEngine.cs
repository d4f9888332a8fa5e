using System.Runtime.CompilerServices;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Index.Structures;

namespace Semblance.Index.Engine;

/// <summary>
/// Search over stored rows of whatever sort, led by a structure or by scanning: the structure proposes positions, the stored rows
/// decide. When it may have missed part of the answer, or it costs less not to ask it, the rows are scanned, so that k results come
/// whenever k rows match. An exact structure says itself whether it has led to all that belongs to an answer; an approximate one has,
/// when it has led to k rows.
/// </summary>
internal class RowEngine<T, TMetric> : IRowEngine
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    // Below this many rows that pass, measuring all of them costs less than being led to them.
    private const int ScanSurvivorsBelow = 1000;

    // Queries of one scan: enough that reading the rows costs nothing beside comparing them, few enough to stay in a cache.
    private const int ScanTogether = 1024;

    private readonly RowForm<T> _form;
    private readonly RowStore<T> _store;
    private readonly RowScan<T, TMetric> _scan;
    private readonly bool _hasStructure;
    private readonly bool _isExact;
    private RecallCurve? _curve;
    private long _generation;

    /// <param name="structure">Over no rows; null where rows are only scanned.</param>
    public RowEngine(RowForm<T> form, IRowStructure<T>? structure)
        : this(form, structure, new RowStore<T>(form.Width, structure, form.PacksIds))
    {
    }

    /// <summary>Over the rows of an opened file, which it owns from now on.</summary>
    /// <param name="open">Opens the structure over the file's rows.</param>
    public RowEngine(RowForm<T> form, MappedIndexFile file, IRowStructure<T>? structure, Func<RowSnapshot<T>, IRowStructure<T>>? open)
        : this(form, structure, new RowStore<T>(form.Width, file, RowSections.Ids, form.Section, structure, open, form.PacksIds))
    {
        _generation = file.Header.Generation;
        _curve = RecallCurveSection.Read(file);
    }

    private RowEngine(RowForm<T> form, IRowStructure<T>? structure, RowStore<T> store)
    {
        _form = form;
        _store = store;
        _scan = new RowScan<T, TMetric>(form.QueryWidth);
        _hasStructure = structure is not null;
        _isExact = structure is null || structure.IsExact;
    }

    public long Count
    {
        get
        {
            using var lease = _store.Read();
            return lease.Snapshot.Count;
        }
    }

    public bool IsApproximate => !_isExact;

    public RecallCurve? RecallCurve => Volatile.Read(ref _curve);

    public float DefaultTargetRecall
    {
        get;
        set => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The target recall must be above 0 and at most 1.");
    } = 0.98f;

    public long Generation
    {
        get => Interlocked.Read(ref _generation);
        set => Interlocked.Exchange(ref _generation, value);
    }

    public void Build<TSource>(ReadOnlySpan<long> ids, TSource rows, int threads, CancellationToken cancellationToken)
        where TSource : IRowSource<T>, allows ref struct
    {
        _store.Replace(ids, rows, threads, cancellationToken);
        Volatile.Write(ref _curve, null);
    }

    public void Append<TSource>(ReadOnlySpan<long> ids, TSource rows)
        where TSource : IRowSource<T>, allows ref struct => _store.Append(ids, rows);

    public bool Remove(long id) => _store.Remove(id);

    public bool Contains(long id) => _store.Contains(id);

    public bool TryCopy(long id, Span<T> row) => _store.TryCopy(id, row);

    public int EffortOf(SearchOptions options, int untuned)
    {
        if (_isExact)
            return _hasStructure ? 1 : 0;
        if (options.Effort is { } effort)
            return effort;
        var target = options.TargetRecall ?? DefaultTargetRecall;
        if (target >= 1)
            return 0;
        return RecallCurve is { } curve ? curve.EffortFor(target) : untuned;
    }

    public Hit[] Search(RowQuery<T> query, int k, int effort, SearchOptions options) =>
        Search(query, k, options.MaxDistance ?? float.PositiveInfinity, effort, options);

    /// <summary>All rows no farther than <paramref name="radius"/>. What may miss some leads to none.</summary>
    public Hit[] SearchRange(RowQuery<T> query, float radius, SearchOptions options) =>
        Search(query, null, MathF.Min(radius, options.MaxDistance ?? radius), _isExact && _hasStructure ? 1 : 0, options);

    /// <param name="queryAt">Makes the queries one by one; safe for several threads.</param>
    public Hit[][] SearchBatch(int count, Func<int, RowQuery<T>> queryAt, int k, int effort, SearchOptions options, CancellationToken cancellationToken)
    {
        if (!CanLead(effort, options))
        {
            using var entered = RowScan<T, TMetric>.Enter(_store, options, out var survivors);
            return ScanAll(entered.Snapshot, survivors, count, queryAt, k, options, cancellationToken);
        }
        var farthest = options.MaxDistance ?? float.PositiveInfinity;
        var single = options.Threads == 1 ? options : options with { Threads = 1 };
        var answers = new Hit[count][];
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        // What a filter throws stays as it is on the caller's thread.
        for (var q = 0; options.Threads == 1 && q < count; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Answer(q);
        }
        if (options.Threads > 1)
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, Answer);
        return answers;

        void Answer(int q)
        {
            var query = queryAt(q);
            answers[q] = Led(rows, query, k, farthest, effort, single, null) ?? _scan.Search(rows, null, query.Prepared, k, farthest, single, cancellationToken);
        }
    }

    public Hit[][] NeighboursOf(ReadOnlySpan<long> ids, int k, int effort, SearchOptions options, CancellationToken cancellationToken)
    {
        if (ids.Length == 1)
            return [NeighboursOf(ids[0], k, effort, options, cancellationToken)];
        var positions = new int[ids.Length];
        using var lease = _store.Read(ids, positions);
        var rows = lease.Snapshot;
        var answers = new Hit[ids.Length][];
        var wanted = OneMore(k);
        if (CanLead(effort, options) && IsWorthLeading(rows, effort, ids.Length))
        {
            var farthest = options.MaxDistance ?? float.PositiveInfinity;
            var single = options with { Threads = 1 };
            var order = rows.Structure!.OrderOf(positions);
            // What a filter throws stays as it is on the caller's thread.
            if (options.Threads == 1)
                Lead(0, order.Length);
            else
                Parallel.For(0, options.Threads, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, thread =>
                    Lead((int)((long)order.Length * thread / options.Threads), (int)((long)order.Length * (thread + 1) / options.Threads)));

            void Lead(int first, int end)
            {
                foreach (var i in order.AsSpan(first, end - first))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (positions[i] >= 0)
                        answers[i] = Led(rows, _form.QueryOf(rows.RowAt(positions[i])), wanted, farthest, effort, single, null, positions[i])!;
                }
            }
        }
        // Those that it has no answer for, or all, are scanned for together.
        var open = Enumerable.Range(0, ids.Length).Where(i => positions[i] >= 0 && answers[i] is null).ToArray();
        if (open.Length > 0)
        {
            var found = ScanAll(rows, RowScan<T, TMetric>.Survivors(_store, rows, options), open.Length, i => _form.QueryOf(rows.RowAt(positions[open[i]])), wanted, options, cancellationToken);
            for (var i = 0; i < open.Length; i++)
                answers[open[i]] = found[i];
        }
        for (var i = 0; i < ids.Length; i++)
            answers[i] = answers[i] is { } hits ? Others(hits, ids[i], k) : [];
        return answers;
    }

    public void Tune(int queries, int k, IEnumerable<int> efforts, CancellationToken cancellationToken)
    {
        var rows = Count;
        if (_isExact || rows <= k)
            return;
        var asked = Sample(queries);
        if (asked.Count > 0)
            Volatile.Write(ref _curve, new RecallTuning(asked, k, _form.TiesAreHits).Run(rows, efforts, cancellationToken));
    }

    public void Compact() => _store.Compact();

    public void Save(string path, string kind, IReadOnlyList<IndexFileSection> beside)
    {
        if (!_hasStructure)
        {
            using var lease = _store.Read();
            Write(lease.Snapshot, RowSections.Live(lease.Snapshot, _form.Width, _form.Section, _form.PacksIds));
            return;
        }
        // The structure speaks of positions, which must not move while it is written.
        _store.WithoutChanges(rows => Write(
            rows,
            [
                .. RowSections.AtPositions(rows, _form.Width, _form.Section, _form.PacksIds),
                .. rows.Structure!.Sections(rows.Positions),
                .. RecallCurveSection.Write(RecallCurve),
            ]));

        void Write(RowSnapshot<T> rows, IEnumerable<IndexFileSection> sections) => IndexFileWriter.Write(
            path, new IndexFileHeader(kind, _form.Metric, _form.Dimension, rows.Count, Generation), [.. sections, .. _form.Sections, .. beside]);
    }

    public IndexVerification Verify()
    {
        using var lease = _store.Read();
        var problems = new List<string>();
        _store.File?.Verify(problems);
        var rows = lease.Snapshot;
        try
        {
            _store.Verify(problems);
            rows.Structure?.Verify(problems, rows);
            for (var position = 0; position < rows.Positions; position++)
            {
                if (!rows.IsDeleted(position) && _form.Problem(rows.RowAt(position)) is { } problem)
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
        return new IndexVerification(problems);
    }

    public void Warm()
    {
        using var lease = _store.Read();
        lease.Snapshot.Structure?.Warm();
    }

    public IndexStatistics Statistics(string kind)
    {
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        var bytes = _store.BytesHeld(out var mapped);
        var idBytes = _form.PacksIds ? rows.Blocks.Sum(block => block.IdBytes) / (double)Math.Max(1, rows.Blocks.Sum(block => (long)block.Capacity)) : sizeof(long);
        return new IndexStatistics(
            kind,
            rows.Count,
            rows.Deleted,
            (_form.Width * Unsafe.SizeOf<T>()) + idBytes + (rows.Structure?.BytesPerVector ?? 0),
            bytes + (rows.Structure?.BytesHeld ?? 0),
            mapped + (rows.Structure?.MappedBytes ?? 0),
            Generation)
        {
            IdTableBytes = _store.IdTableBytes,
        };
    }

    public void Dispose() => _store.Dispose();

    private static int OneMore(int k) => k == int.MaxValue ? k : k + 1;

    // Of k + 1 hits, the k nearest other rows than the one that asked. Where it is not among them, so many are nearer or tie with it that
    // k of the others are there all the same.
    private static Hit[] Others(Hit[] hits, long id, int k)
    {
        for (var i = 0; i < hits.Length; i++)
        {
            if (hits[i].Id == id)
                return [.. hits.AsSpan(0, i), .. hits.AsSpan(i + 1)];
        }
        return hits.Length > k ? hits[..k] : hits;
    }

    private static bool CanLead(int effort, SearchOptions options) => effort > 0 && options.Allowed is not { Count: < ScanSurvivorsBelow };

    private bool IsWorthLeading(RowSnapshot<T> rows, int effort, int queries) => rows.Structure!.CostOf(effort) <= rows.Positions * _scan.CostOf(queries);

    private Hit[] Search(RowQuery<T> query, int? k, float farthest, int effort, SearchOptions options)
    {
        if (CanLead(effort, options))
        {
            using var lease = _store.Read();
            if (Led(lease.Snapshot, query, k, farthest, effort, options, options.Trace) is { } hits)
                return hits;
        }
        else
        {
            options.Trace?.TellScan();
        }
        using var entered = RowScan<T, TMetric>.Enter(_store, options, out var survivors);
        return _scan.Search(entered.Snapshot, survivors, query.Prepared, k, farthest, options);
    }

    private Hit[] NeighboursOf(long id, int k, int effort, SearchOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Span<int> position = stackalloc int[1];
        using var lease = _store.Read([id], position);
        if (position[0] < 0)
            return [];
        var rows = lease.Snapshot;
        var query = _form.QueryOf(rows.RowAt(position[0]));
        var farthest = options.MaxDistance ?? float.PositiveInfinity;
        Hit[]? hits = null;
        if (CanLead(effort, options) && IsWorthLeading(rows, effort, 1))
            hits = Led(rows, query, OneMore(k), farthest, effort, options, options.Trace, position[0]);
        else
            options.Trace?.TellScan();
        hits ??= _scan.Search(rows, RowScan<T, TMetric>.Survivors(_store, rows, options), query.Prepared, OneMore(k), farthest, options, cancellationToken);
        return Others(hits, id, k);
    }

    // What the structure leads to; null when the rows must be scanned.
    private Hit[]? Led(RowSnapshot<T> rows, RowQuery<T> query, int? k, float farthest, int effort, SearchOptions options, SearchTrace? trace, int origin = -1)
    {
        trace?.TellScan();
        var search = new StructureSearch<T>(rows, query.Vector, query.Prepared, Math.Min(k ?? rows.Count, rows.Count), effort, options)
        {
            MaxDistance = farthest,
            Origin = origin,
            AllowedPositions = _isExact || options.Filter is not null ? null : _store.Allowed.Find(rows, options.Allowed),
        };
        if (!_isExact && search.Selectivity * rows.Count < Math.Min(ScanSurvivorsBelow, rows.Count))
            return null;
        rows.Structure!.FindCandidates(search);
        // Within a largest distance fewer than k may be all there are: enough that k were considered.
        var isAnswer = _isExact ? search.IsComplete : search.Count >= search.K;
        trace?.TellLed(_isExact ? 0 : effort, search.Visited, search.Count, isAnswer, _isExact ? 1 : RecallCurve?.RecallAt(effort));
        if (!isAnswer)
            return null;
        var collector = new HitCollector(k is null ? null : search.Wanted, farthest, options.ForCandidates, checkAllowed: false);
        _scan.Rescore(rows, search.Candidates, query.Prepared, collector);
        return collector.ToHits();
    }

    private Hit[][] ScanAll(RowSnapshot<T> rows, int[]? survivors, int count, Func<int, RowQuery<T>> queryAt, int k, SearchOptions options, CancellationToken cancellationToken)
    {
        var answers = new Hit[count][];
        var width = _form.QueryWidth;
        for (var first = 0; first < count; first += ScanTogether)
        {
            var queries = new T[Math.Min(ScanTogether, count - first) * width];
            for (var i = 0; i < queries.Length / width; i++)
                queryAt(first + i).Prepared.CopyTo(queries, i * width);
            _scan.SearchBatch(rows, survivors, queries, k, options, cancellationToken).CopyTo(answers, first);
        }
        return answers;
    }

    // Up to so many live rows, spread over the index.
    private List<ITuningQuery> Sample(int count)
    {
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        var queries = new List<ITuningQuery>(count);
        var step = Math.Max(1, rows.Positions / Math.Max(1, count));
        for (var position = step / 2; position < rows.Positions && queries.Count < count; position += step)
        {
            if (!rows.IsDeleted(position))
                queries.Add(new TuningQuery(this, rows.IdAt(position), _form.QueryOf(rows.RowAt(position))));
        }
        return queries;
    }

    private sealed class TuningQuery(RowEngine<T, TMetric> engine, long id, RowQuery<T> query) : ITuningQuery
    {
        public long Id => id;

        public Hit[] Scan(int k) => engine.Search(query, k, 0, SearchOptions.Default);

        public Hit[] Search(int k, int effort) => engine.Search(query, k, effort, SearchOptions.Default);
    }
}
