using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Index.Structures;

namespace Semblance.Index;

/// <summary>
/// What all kinds over bit codes share: checks of arguments, stored codes, snapshots, filters, files.
/// Searches take no lock: they work on an immutable snapshot that the writer replaces. Look-ups by id, those of a small allowed set
/// included, wait while the writer enters a batch into the id table (about 50 ns a row). Ids cost next to nothing where they are
/// consecutive or lie close together, and the table that leads from ids to codes is held only where ids do not ascend.
/// </summary>
public abstract class CodeIndex : ICodeIndex
{
    /// <summary>The longest code that an index takes.</summary>
    public const int MaxBits = 4096;

    private const string CodesSection = "codes";

    // A member of an allowed set that is looked up costs several codes of a scan, and far more of a structure's.
    private const int LookUpBelow = 1000;

    private readonly RowStore<ulong> _store;
    private readonly RowScan<ulong, HammingRows> _scan;
    private readonly bool _hasStructure;
    private long _generation;

    /// <param name="structure">Over no rows; null for a kind that scans.</param>
    private protected CodeIndex(string kind, int bits, IRowStructure<ulong>? structure)
    {
        if (!IsUsable(bits))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"Bits must be a multiple of 64 between 64 and {MaxBits}.");
        Kind = kind;
        _hasStructure = structure is not null;
        _store = new RowStore<ulong>(bits / 64, structure, packIds: true);
        _scan = new RowScan<ulong, HammingRows>(bits / 64);
    }

    /// <summary>The index in an opened file, which it owns from now on.</summary>
    /// <param name="open">Opens the structure over the file's rows.</param>
    private protected CodeIndex(MappedIndexFile file, IRowStructure<ulong>? structure, Func<RowSnapshot<ulong>, IRowStructure<ulong>>? open)
    {
        Kind = file.Header.Kind;
        if (file.Header.Metric is not null)
            throw file.Damaged("is damaged: it names a metric of float vectors");
        if (!IsUsable(file.Header.Dimension))
            throw file.Damaged($"is damaged: it names codes of {file.Header.Dimension} bits");
        _hasStructure = structure is not null;
        _generation = file.Header.Generation;
        _store = new RowStore<ulong>(file.Header.Dimension / 64, file, RowSections.Ids, CodesSection, structure, open, packIds: true);
        _scan = new RowScan<ulong, HammingRows>(_store.Width);
    }

    public string Kind { get; }

    public Metric Metric => Metric.Hamming;

    public int Bits => _store.Width * 64;

    public long Count
    {
        get
        {
            using var lease = _store.Read();
            return lease.Snapshot.Count;
        }
    }

    public long Generation
    {
        get => Interlocked.Read(ref _generation);
        set => Interlocked.Exchange(ref _generation, value);
    }

    public IndexStatistics Statistics
    {
        get
        {
            using var lease = _store.Read();
            var rows = lease.Snapshot;
            var bytes = _store.BytesHeld(out var mapped);
            var idBytes = rows.Blocks.Sum(block => block.IdBytes) / (double)Math.Max(1, rows.Blocks.Sum(block => (long)block.Capacity));
            return new IndexStatistics(
                Kind,
                rows.Count,
                rows.Deleted,
                (_store.Width * sizeof(ulong)) + idBytes + (rows.Structure?.BytesPerVector ?? 0),
                bytes + (rows.Structure?.BytesHeld ?? 0),
                mapped + (rows.Structure?.MappedBytes ?? 0),
                Generation)
            {
                IdTableBytes = _store.IdTableBytes,
            };
        }
    }

    /// <summary>The effort of a search that names none; without meaning where the kind is exact.</summary>
    public virtual int DefaultEffort => 1;

    /// <summary>Whether the structure may miss codes that belong to the answer: then it leads no range search, and none that must find all.</summary>
    private protected virtual bool IsApproximate => false;

    /// <summary>Threads that <see cref="Build"/> uses.</summary>
    private protected virtual int BuildThreads => 1;

    public void Build(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes, CancellationToken cancellationToken = default)
    {
        Check(ids, codes);
        _store.Replace(ids, new PackedRows<ulong>(codes, _store.Width), BuildThreads, cancellationToken);
    }

    public void Add(long id, ReadOnlySpan<ulong> code)
    {
        IndexArguments.CheckId(id);
        Check(code, "The code");
        _store.Append([id], new PackedRows<ulong>(code, _store.Width));
    }

    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes)
    {
        Check(ids, codes);
        _store.Append(ids, new PackedRows<ulong>(codes, _store.Width));
    }

    public bool Remove(long id) => _store.Remove(id);

    public bool Contains(long id) => _store.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<ulong> query, int k, SearchOptions? options = null)
    {
        IndexArguments.CheckK(k);
        Check(query, "The query");
        options ??= SearchOptions.Default;
        return Led(query, k, options.MaxDistance ?? Bits, options) ?? _scan.Search(_store, query, k, options);
    }

    public IReadOnlyList<Hit>[] SearchBatch(ReadOnlySpan<ulong> queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        if (queries.Length % _store.Width != 0)
            throw new ArgumentException($"The queries are {queries.Length} words, which is no whole number of codes of {Bits} bits.", nameof(queries));
        options ??= SearchOptions.Default;
        var asked = queries.ToArray();
        if (!CanLead(options))
            return _scan.SearchBatch(_store, asked, k, options, cancellationToken);
        var answers = new IReadOnlyList<Hit>[asked.Length / _store.Width];
        using var lease = _store.Read();
        var rows = lease.Snapshot;
        // What a filter throws stays as it is on the caller's thread.
        for (var q = 0; options.Threads == 1 && q < answers.Length; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Answer(q);
        }
        if (options.Threads > 1)
            Parallel.For(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, Answer);
        return answers;

        void Answer(int q)
        {
            var query = asked.AsSpan(q * _store.Width, _store.Width);
            answers[q] = Led(rows, query, k, options.MaxDistance ?? Bits, options, null) ?? _scan.Search(rows, query, k, options);
        }
    }

    public IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        options ??= SearchOptions.Default;
        var positions = new int[ids.Length];
        using var lease = _store.Read(ids, positions);
        var rows = lease.Snapshot;
        return new NeighbourSearch<ulong, HammingRows>(rows, _scan, _store.Width, (row, query) => row.CopyTo(query))
            .Run(ids.ToArray(), positions, k, options.Effort ?? DefaultEffort, CanLead(options) ? Lead : null, options, cancellationToken);

        Hit[]? Lead(int position, int wanted, SearchOptions single) =>
            Led(rows, rows.RowAt(position), wanted, single.MaxDistance ?? Bits, single, null, position);
    }

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<ulong> query, int radius, SearchOptions? options = null)
    {
        Check(query, "The query");
        options ??= SearchOptions.Default;
        return Led(query, null, MathF.Min(radius, options.MaxDistance ?? radius), options) ?? _scan.SearchRange(_store, query, radius, options);
    }

    public bool TryGetCode(long id, Span<ulong> code)
    {
        Check(code, "The span for the code");
        return _store.TryCopy(id, code);
    }

    public void Compact() => _store.Compact();

    public void Save(string path)
    {
        if (!_hasStructure)
        {
            using var lease = _store.Read();
            Write(lease.Snapshot, RowSections.Live(lease.Snapshot, _store.Width, CodesSection, packIds: true));
            return;
        }
        // The structure speaks of positions, which must not move while it is written.
        _store.WithoutChanges(rows => Write(
            rows, [.. RowSections.AtPositions(rows, _store.Width, CodesSection, packIds: true), .. rows.Structure!.Sections(rows.Positions)]));

        void Write(RowSnapshot<ulong> rows, IEnumerable<IndexFileSection> sections) =>
            IndexFileWriter.Write(path, new IndexFileHeader(Kind, null, Bits, rows.Count, Generation), [.. sections]);
    }

    public IndexVerification Verify()
    {
        using var lease = _store.Read();
        var problems = new List<string>();
        _store.File?.Verify(problems);
        try
        {
            _store.Verify(problems);
            lease.Snapshot.Structure?.Verify(problems, lease.Snapshot);
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

    public void Dispose()
    {
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    private static bool IsUsable(int bits) => bits is >= 64 and <= MaxBits && bits % 64 == 0;

    private bool CanLead(SearchOptions options) => _hasStructure && options.Allowed is not { Count: < LookUpBelow }
        && !(IsApproximate && options is { Effort: null, TargetRecall: >= 1 });

    // The answer that the structure leads to; null when the codes must be scanned.
    private Hit[]? Led(ReadOnlySpan<ulong> query, int? k, float maxDistance, SearchOptions options)
    {
        if (options.Trace is { } trace)
            (trace.Scanned, trace.RecallEstimate) = (true, 1);
        if (!CanLead(options) || (IsApproximate && k is null))
            return null;
        using var lease = _store.Read();
        return Led(lease.Snapshot, query, k, maxDistance, options, options.Trace);
    }

    private Hit[]? Led(RowSnapshot<ulong> rows, ReadOnlySpan<ulong> query, int? k, float maxDistance, SearchOptions options, SearchTrace? trace, int origin = -1)
    {
        var effort = options.Effort ?? DefaultEffort;
        var wanted = Math.Min(k ?? rows.Count, rows.Count);
        var search = new StructureSearch<ulong>(rows, [], query.ToArray(), wanted, effort, options)
        {
            MaxDistance = maxDistance,
            Origin = origin,
            AllowedPositions = options.Filter is null && IsApproximate ? _store.Allowed.Find(rows, options.Allowed) : null,
        };
        rows.Structure!.FindCandidates(search);
        // Within a largest distance fewer than k may be all there are: enough that k were considered.
        var isAnswer = IsApproximate ? search.Count >= search.K : search.IsComplete;
        if (trace is not null)
        {
            (trace.Visited, trace.Rescored, trace.Scanned) = (search.Visited, search.Count, !isAnswer);
            if (IsApproximate)
                (trace.Effort, trace.RecallEstimate) = (effort, isAnswer ? null : 1);
        }
        if (!isAnswer)
            return null;
        var collector = new HitCollector(k is null ? null : search.Wanted, maxDistance, options.ForCandidates, checkAllowed: false);
        _scan.Rescore(rows, search.Candidates, query, collector);
        return collector.ToHits();
    }

    private void Check(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes)
    {
        if ((long)ids.Length * _store.Width != codes.Length)
            throw new ArgumentException($"{ids.Length} codes of {Bits} bits are {(long)ids.Length * _store.Width} words, and {codes.Length} were given.");
        foreach (var id in ids)
            IndexArguments.CheckId(id);
    }

    private void Check(ReadOnlySpan<ulong> code, string what)
    {
        if (code.Length != _store.Width)
            throw new ArgumentException($"{what} has {code.Length * 64} bits and the index has {Bits}.");
    }
}
