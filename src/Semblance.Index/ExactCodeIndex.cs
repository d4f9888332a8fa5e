using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;

namespace Semblance.Index;

/// <summary>
/// Exact Hamming search over bit codes by scanning all of them; kind <c>exact-codes</c>. Memory Bits / 8 + 8 bytes a row and 6 to
/// 12 for the id table, which an opened file needs only once rows are asked for by id.
/// Searches take no lock: they work on an immutable snapshot that the writer replaces. Look-ups by id, those of a small allowed set
/// included, wait while the writer enters a batch into the id table (about 50 ns a row).
/// </summary>
public sealed class ExactCodeIndex : ICodeIndex
{
    /// <summary>The value of <see cref="ICodeIndex.Kind"/>.</summary>
    public const string KindName = "exact-codes";

    /// <summary>The longest code that an index takes.</summary>
    public const int MaxBits = 4096;

    private const string CodesSection = "codes";

    private readonly RowStore<ulong> _store;
    private readonly RowScan<ulong, HammingRows> _scan;
    private long _generation;

    /// <summary>An empty index for codes of <paramref name="bits"/> bits, a multiple of 64.</summary>
    public ExactCodeIndex(int bits)
        : this(new RowStore<ulong>(IsUsable(bits)
            ? bits / 64
            : throw new ArgumentOutOfRangeException(nameof(bits), bits, $"Bits must be a multiple of 64 between 64 and {MaxBits}.")))
    {
    }

    private ExactCodeIndex(RowStore<ulong> store)
    {
        _store = store;
        _scan = new RowScan<ulong, HammingRows>(store.Width);
    }

    public string Kind => KindName;

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
            var bytes = _store.BytesHeld(out var mapped);
            return new IndexStatistics(
                Kind, lease.Snapshot.Count, lease.Snapshot.Deleted, (_store.Width * sizeof(ulong)) + sizeof(long), bytes, mapped, Generation);
        }
    }

    /// <inheritdoc cref="ExactVectorIndex.Open"/>
    public static ExactCodeIndex Open(string path)
    {
        var file = MappedIndexFile.Open(path, KindName);
        try
        {
            if (file.Header.Metric is not null)
                throw file.Damaged("is damaged: it names a metric of float vectors");
            if (!IsUsable(file.Header.Dimension))
                throw file.Damaged($"is damaged: it names codes of {file.Header.Dimension} bits");
            return new ExactCodeIndex(new RowStore<ulong>(file.Header.Dimension / 64, file, RowSections.Ids, CodesSection))
            {
                Generation = file.Header.Generation,
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Build(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes, CancellationToken cancellationToken = default)
    {
        Check(ids, codes);
        _store.Replace(ids, new PackedRows<ulong>(codes, _store.Width), 1, cancellationToken);
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
        return _scan.Search(_store, query, k, options ?? SearchOptions.Default);
    }

    public IReadOnlyList<Hit>[] SearchBatch(ReadOnlySpan<ulong> queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        if (queries.Length % _store.Width != 0)
            throw new ArgumentException($"The queries are {queries.Length} words, which is no whole number of codes of {Bits} bits.", nameof(queries));
        return _scan.SearchBatch(_store, queries.ToArray(), k, options ?? SearchOptions.Default, cancellationToken);
    }

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<ulong> query, int radius, SearchOptions? options = null)
    {
        Check(query, "The query");
        return _scan.SearchRange(_store, query, radius, options ?? SearchOptions.Default);
    }

    public bool TryGetCode(long id, Span<ulong> code)
    {
        Check(code, "The span for the code");
        return _store.TryCopy(id, code);
    }

    public void Compact() => _store.Compact();

    public void Save(string path)
    {
        using var lease = _store.Read();
        var snapshot = lease.Snapshot;
        IndexFileWriter.Write(
            path,
            new IndexFileHeader(Kind, null, Bits, snapshot.Count, Generation),
            [.. RowSections.Live(snapshot, _store.Width, CodesSection)]);
    }

    public IndexVerification Verify()
    {
        using var lease = _store.Read();
        var problems = new List<string>();
        _store.File?.Verify(problems);
        _store.Verify(problems);
        return new IndexVerification(problems);
    }

    public void Dispose() => _store.Dispose();

    private static bool IsUsable(int bits) => bits is >= 64 and <= MaxBits && bits % 64 == 0;

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
