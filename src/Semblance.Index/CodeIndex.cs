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

    private readonly RowEngine<ulong, HammingRows> _engine;
    private readonly int _words;

    /// <param name="structure">Over no rows; null for a kind that scans.</param>
    private protected CodeIndex(string kind, int bits, IRowStructure<ulong>? structure)
    {
        if (!IsUsable(bits))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"Bits must be a multiple of 64 between 64 and {MaxBits}.");
        Kind = kind;
        _words = bits / 64;
        _engine = new RowEngine<ulong, HammingRows>(new CodeRows(_words), structure);
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
        _words = file.Header.Dimension / 64;
        _engine = new RowEngine<ulong, HammingRows>(new CodeRows(_words), file, structure, open);
    }

    public string Kind { get; }

    public Metric Metric => Metric.Hamming;

    public int Bits => _words * 64;

    public long Count => _engine.Count;

    public long Generation
    {
        get => _engine.Generation;
        set => _engine.Generation = value;
    }

    public IndexStatistics Statistics => _engine.Statistics(Kind);

    /// <summary>The effort of a search that names neither effort nor target recall, before <see cref="Tune"/> knows better; without meaning where the kind is exact.</summary>
    public virtual int DefaultEffort => 1;

    public bool IsApproximate => _engine.IsApproximate;

    public float DefaultTargetRecall
    {
        get => _engine.DefaultTargetRecall;
        set => _engine.DefaultTargetRecall = value;
    }

    public RecallCurve? RecallCurve => _engine.RecallCurve;

    /// <summary>Threads that <see cref="Build"/> uses.</summary>
    private protected virtual int BuildThreads => 1;

    public void Build(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes, CancellationToken cancellationToken = default)
    {
        Check(ids, codes);
        _engine.Build(ids, new PackedRows<ulong>(codes, _words), BuildThreads, cancellationToken);
    }

    public void Add(long id, ReadOnlySpan<ulong> code)
    {
        IndexArguments.CheckId(id);
        Check(code, "The code");
        _engine.Append([id], new PackedRows<ulong>(code, _words));
    }

    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes)
    {
        Check(ids, codes);
        _engine.Append(ids, new PackedRows<ulong>(codes, _words));
    }

    public bool Remove(long id) => _engine.Remove(id);

    public bool Contains(long id) => _engine.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<ulong> query, int k, SearchOptions? options = null)
    {
        IndexArguments.CheckK(k);
        Check(query, "The query");
        options ??= SearchOptions.Default;
        return _engine.Search(QueryOf(query), k, _engine.EffortOf(options, DefaultEffort), options);
    }

    public IReadOnlyList<Hit>[] SearchBatch(ReadOnlySpan<ulong> queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        if (queries.Length % _words != 0)
            throw new ArgumentException($"The queries are {queries.Length} words, which is no whole number of codes of {Bits} bits.", nameof(queries));
        options ??= SearchOptions.Default;
        var asked = queries.ToArray();
        return _engine.SearchBatch(
            asked.Length / _words, q => QueryOf(asked.AsSpan(q * _words, _words)), k, _engine.EffortOf(options, DefaultEffort), options, cancellationToken);
    }

    public IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        options ??= SearchOptions.Default;
        return _engine.NeighboursOf(ids, k, _engine.EffortOf(options, DefaultEffort), options, cancellationToken);
    }

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<ulong> query, int radius, SearchOptions? options = null)
    {
        Check(query, "The query");
        return _engine.SearchRange(QueryOf(query), radius, options ?? SearchOptions.Default);
    }

    public bool TryGetCode(long id, Span<ulong> code)
    {
        Check(code, "The span for the code");
        return _engine.TryCopy(id, code);
    }

    public void Tune(int queries = 200, int k = 10, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckTuning(queries, k);
        _engine.Tune(queries, k, EffortLadder.Fine, cancellationToken);
    }

    public void Compact() => _engine.Compact();

    public void Save(string path) => _engine.Save(path, Kind, []);

    public IndexVerification Verify() => _engine.Verify();

    public void Warm() => _engine.Warm();

    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private static bool IsUsable(int bits) => bits is >= 64 and <= MaxBits && bits % 64 == 0;

    private static RowQuery<ulong> QueryOf(ReadOnlySpan<ulong> code) => new([], code.ToArray());

    private void Check(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes)
    {
        if ((long)ids.Length * _words != codes.Length)
            throw new ArgumentException($"{ids.Length} codes of {Bits} bits are {(long)ids.Length * _words} words, and {codes.Length} were given.");
        foreach (var id in ids)
            IndexArguments.CheckId(id);
    }

    private void Check(ReadOnlySpan<ulong> code, string what)
    {
        if (code.Length != _words)
            throw new ArgumentException($"{what} has {code.Length * 64} bits and the index has {Bits}.");
    }
}
