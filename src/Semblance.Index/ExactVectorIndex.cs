using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Scanning;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Exact search over float32 vectors by scanning all of them; kind <c>exact</c>. Memory 4 · dimension + 8 bytes a row and 6 to 12
/// for the id table; a search reads 4 · dimension bytes a row at the speed of memory. The reference for every other kind.
/// Searches take no lock: they work on an immutable snapshot that the writer replaces. Look-ups by id, those of a small allowed set
/// included, wait while the writer enters a batch into the id table (about 50 ns a row).
/// </summary>
public sealed class ExactVectorIndex : IVectorIndex
{
    /// <summary>The value of <see cref="IVectorIndex.Kind"/>.</summary>
    public const string KindName = "exact";

    /// <summary>The largest dimension that an index takes.</summary>
    public const int MaxDimension = 1 << 16;

    // Squared distances are at most (|a| + |b|)², so they stay finite below a quarter of the range.
    private const float MaxSquaredLength = float.MaxValue / 4;
    private const string IdsSection = "ids";
    private const string RowsSection = "rows";

    private readonly RowStore<float> _store;
    private readonly IRowScan<float> _scan;
    private long _generation;

    /// <summary>An empty index.</summary>
    public ExactVectorIndex(int dimension, Metric metric)
        : this(metric, new RowStore<float>(CheckedDimension(dimension), PreparationOf(metric)))
    {
    }

    private ExactVectorIndex(Metric metric, RowStore<float> store)
    {
        Metric = metric;
        _store = store;
        _scan = metric switch
        {
            Metric.Cosine => new RowScan<float, CosineRows>(),
            Metric.L2 => new RowScan<float, L2Rows>(),
            Metric.InnerProduct => new RowScan<float, InnerProductRows>(),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
        };
    }

    public string Kind => KindName;

    public int Dimension => _store.Width;

    public Metric Metric { get; }

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
                Kind, lease.Snapshot.Count, lease.Snapshot.Deleted, (Dimension * sizeof(float)) + sizeof(long), bytes, mapped, Generation);
        }
    }

    /// <summary>
    /// Opens a file read-only and maps it: usable at once, whatever its size. Changes made afterwards stay in memory until
    /// <see cref="Save"/>.
    /// </summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static ExactVectorIndex Open(string path)
    {
        var file = MappedIndexFile.Open(path, KindName);
        try
        {
            if (file.Header.Metric is not { } metric)
                throw file.Damaged("is damaged: it names no metric of float vectors");
            if (file.Header.Dimension > MaxDimension)
                throw file.Damaged($"is damaged: it names the dimension {file.Header.Dimension}");
            return new ExactVectorIndex(metric, new RowStore<float>(file.Header.Dimension, PreparationOf(metric), file, IdsSection, RowsSection))
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

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, CancellationToken cancellationToken = default)
    {
        Check(ids, vectors);
        _store.Replace(ids, vectors.Span, cancellationToken);
    }

    public void Add(long id, ReadOnlySpan<float> vector)
    {
        IndexArguments.CheckId(id);
        Check(vector, "The vector");
        _store.Append([id], vector);
    }

    public void Add(ReadOnlySpan<long> ids, Matrix vectors)
    {
        Check(ids, vectors);
        _store.Append(ids, vectors.Span);
    }

    public bool Remove(long id) => _store.Remove(id);

    public bool Contains(long id) => _store.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        IndexArguments.CheckK(k);
        Check(query, "The query");
        return _scan.Search(_store, Prepared(query), k, options ?? SearchOptions.Default);
    }

    public IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IndexArguments.CheckK(k);
        Check(queries, "Query");
        var prepared = queries.Memory;
        if (PreparationOf(Metric) is { } prepare)
        {
            var copy = queries.Span.ToArray();
            for (var q = 0; q < queries.Rows; q++)
                prepare(copy.AsSpan(q * Dimension, Dimension));
            prepared = copy;
        }
        return _scan.SearchBatch(_store, prepared, k, options ?? SearchOptions.Default, cancellationToken);
    }

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions? options = null)
    {
        if (float.IsNaN(radius))
            throw new ArgumentException("The radius is NaN; give the largest distance to return.", nameof(radius));
        Check(query, "The query");
        return _scan.SearchRange(_store, Prepared(query), radius, options ?? SearchOptions.Default);
    }

    public bool TryGetVector(long id, Span<float> vector)
    {
        IndexArguments.CheckDimension(vector.Length, Dimension, "The span for the vector");
        return _store.TryCopy(id, vector);
    }

    public void Compact() => _store.Compact();

    public void Save(string path)
    {
        using var lease = _store.Read();
        var snapshot = lease.Snapshot;
        IndexFileWriter.Write(
            path,
            new IndexFileHeader(Kind, Metric, Dimension, snapshot.Count, Generation),
            RowSections.Ids(IdsSection, snapshot),
            RowSections.Rows(RowsSection, snapshot, Dimension));
    }

    public IndexVerification Verify()
    {
        using var lease = _store.Read();
        var problems = new List<string>();
        _store.File?.Verify(problems);
        _store.Verify(problems);
        var snapshot = lease.Snapshot;
        for (var position = 0; position < snapshot.Positions; position++)
        {
            if (snapshot.IsDeleted(position))
                continue;
            var row = snapshot.RowAt(position);
            var square = VectorMath.Dot(row, row);
            if (!float.IsFinite(square) || (Metric == Metric.Cosine && square != 0 && MathF.Abs(square - 1) > 1e-3f))
            {
                problems.Add($"The vector of id {snapshot.IdAt(position)} cannot be what was added: its squared length is {square}.");
                break;
            }
        }
        return new IndexVerification(problems);
    }

    public void Dispose() => _store.Dispose();

    private static Action<Span<float>>? PreparationOf(Metric metric) => metric == Metric.Cosine ? VectorMath.NormalizeL2 : null;

    private static int CheckedDimension(int dimension) => dimension is >= 1 and <= MaxDimension
        ? dimension
        : throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The dimension must be between 1 and {MaxDimension}.");

    private ReadOnlySpan<float> Prepared(ReadOnlySpan<float> query)
    {
        if (PreparationOf(Metric) is not { } prepare)
            return query;
        var copy = query.ToArray();
        prepare(copy);
        return copy;
    }

    private void Check(ReadOnlySpan<long> ids, Matrix vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        IndexArguments.CheckRows(ids.Length, vectors.Rows);
        foreach (var id in ids)
            IndexArguments.CheckId(id);
        Check(vectors, "Vector");
    }

    private void Check(Matrix vectors, string what)
    {
        // An empty matrix has no width worth judging.
        if (vectors.Rows == 0)
            return;
        IndexArguments.CheckDimension(vectors.Columns, Dimension, "The matrix of vectors");
        for (var row = 0; row < vectors.Rows; row++)
        {
            if (!IsUsable(vectors.Row(row)))
                throw Unusable(vectors.Row(row), $"{what} {row}");
        }
    }

    private void Check(ReadOnlySpan<float> vector, string what)
    {
        IndexArguments.CheckDimension(vector.Length, Dimension, what);
        if (!IsUsable(vector))
            throw Unusable(vector, what);
    }

    // A sum of squares is finite only if every element is; where it is not, the elements decide under cosine, which rescales.
    private bool IsUsable(ReadOnlySpan<float> vector) =>
        VectorMath.Dot(vector, vector) <= MaxSquaredLength || (Metric == Metric.Cosine && NotFinite(vector) < 0);

    private static int NotFinite(ReadOnlySpan<float> vector)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                return i;
        }
        return -1;
    }

    private static ArgumentException Unusable(ReadOnlySpan<float> vector, string what)
    {
        var at = NotFinite(vector);
        return new ArgumentException(at >= 0
            ? $"{what} has {vector[at]} at element {at}; all elements must be finite numbers."
            : $"{what} is too long: its squared length exceeds {MaxSquaredLength:G2}, so distances would overflow. Scale the vectors down.");
    }
}
