using Semblance.Index.Codecs;
using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// What all kinds over float vectors share: checks of arguments, stored rows, snapshots, filters, files.
/// Searches take no lock: they work on an immutable snapshot that the writer replaces. Look-ups by id, those of a small allowed set
/// included, wait while the writer enters a batch into the id table (about 50 ns a row). A kind with a structure of its own (a graph,
/// lists, trees) is led by it to candidates, which the stored rows then rank; range searches scan the rows and are exact up to the
/// storage. While such a kind is saved, changes wait; searches never do.
/// </summary>
public abstract class VectorIndex : IVectorIndex
{
    /// <summary>The largest dimension that an index takes.</summary>
    public const int MaxDimension = 1 << 16;

    // Squared distances are at most (|a| + |b|)², so they stay finite below a quarter of the range.
    private const float MaxSquaredLength = float.MaxValue / 4;

    private readonly IVectorEngine _engine;

    private protected VectorIndex(string kind, int dimension, Metric metric, VectorStorage storage, IStructureKind? structure)
    {
        if (dimension is < 1 or > MaxDimension)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The dimension must be between 1 and {MaxDimension}.");
        IndexArguments.CheckVectorMetric(metric);
        Kind = kind;
        Metric = metric;
        _engine = VectorEngines.Create(storage, dimension, metric, structure);
    }

    /// <summary>The index in an opened file, which it owns from now on.</summary>
    private protected VectorIndex(MappedIndexFile file, IStructureKind? structure)
    {
        if (file.Header.Metric is not { } metric)
            throw file.Damaged("is damaged: it names no metric of float vectors");
        if (file.Header.Dimension > MaxDimension)
            throw file.Damaged($"is damaged: it names the dimension {file.Header.Dimension}");
        Kind = file.Header.Kind;
        Metric = metric;
        _engine = VectorEngines.Create(StorageSection.Read(file), file.Header.Dimension, metric, structure, file);
    }

    public string Kind { get; }

    public int Dimension => _engine.Dimension;

    public Metric Metric { get; }

    /// <summary>What is kept of each vector for its final distances.</summary>
    public VectorStorage Storage => _engine.Storage;

    public long Count => _engine.Count;

    public long Generation
    {
        get => _engine.Generation;
        set => _engine.Generation = value;
    }

    /// <summary>The effort of a search that names neither effort nor target recall, before <see cref="Tune"/> knows better.</summary>
    public virtual int DefaultEffort => 1;

    public bool IsApproximate => _engine.IsApproximate;

    public float DefaultTargetRecall
    {
        get => _engine.DefaultTargetRecall;
        set => _engine.DefaultTargetRecall = value;
    }

    public RecallCurve? RecallCurve => _engine.RecallCurve;

    public IndexStatistics Statistics => _engine.Statistics(Kind);

    /// <summary>Threads that <see cref="Build"/> uses.</summary>
    private protected virtual int BuildThreads => 1;

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, CancellationToken cancellationToken = default)
    {
        Check(ids, vectors);
        _engine.Build(ids, vectors, BuildThreads, cancellationToken);
    }

    public void Add(long id, ReadOnlySpan<float> vector)
    {
        IndexArguments.CheckId(id);
        Check(vector, "The vector");
        CheckStorable(vector, "The vector");
        _engine.Add(id, vector);
    }

    public void Add(ReadOnlySpan<long> ids, Matrix vectors)
    {
        Check(ids, vectors);
        _engine.Add(ids, vectors);
    }

    public bool Remove(long id) => _engine.Remove(id);

    public bool Contains(long id) => _engine.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        IndexArguments.CheckK(k);
        Check(query, "The query");
        options ??= SearchOptions.Default;
        return _engine.Search(query, k, _engine.EffortOf(options, DefaultEffort), options);
    }

    public IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IndexArguments.CheckK(k);
        Check(queries, "Query");
        options ??= SearchOptions.Default;
        return _engine.SearchBatch(queries, k, _engine.EffortOf(options, DefaultEffort), options, cancellationToken);
    }

    public IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        options ??= SearchOptions.Default;
        return _engine.NeighboursOf(ids, k, _engine.EffortOf(options, DefaultEffort), options, cancellationToken);
    }

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions? options = null)
    {
        if (float.IsNaN(radius))
            throw new ArgumentException("The radius is NaN; give the largest distance to return.", nameof(radius));
        Check(query, "The query");
        return _engine.SearchRange(query, radius, options ?? SearchOptions.Default);
    }

    public bool TryGetVector(long id, Span<float> vector)
    {
        IndexArguments.CheckDimension(vector.Length, Dimension, "The span for the vector");
        return _engine.TryGetVector(id, vector);
    }

    public void Tune(int queries = 200, int k = 10, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckTuning(queries, k);
        _engine.Tune(queries, k, Efforts(), cancellationToken);
    }

    public void Compact() => _engine.Compact();

    public void Save(string path) => Save(path, []);

    /// <summary>With sections of the caller's own in the same file.</summary>
    internal void Save(string path, IReadOnlyList<IndexFileSection> beside) => _engine.Save(path, Kind, beside);

    public IndexVerification Verify() => _engine.Verify();

    public void Warm() => _engine.Warm();

    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Efforts worth measuring, ascending.</summary>
    private protected virtual IEnumerable<int> Efforts() => EffortLadder.Fine;

    private void Check(ReadOnlySpan<long> ids, Matrix vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        IndexArguments.CheckRows(ids.Length, vectors.Rows);
        foreach (var id in ids)
            IndexArguments.CheckId(id);
        Check(vectors, "Vector");
        for (var row = 0; NarrowRange && row < vectors.Rows; row++)
            CheckStorable(vectors.Row(row), $"Vector {row}");
    }

    // Under cosine, vectors are scaled to length 1 before they are stored.
    private bool NarrowRange => Storage == VectorStorage.Float16 && Metric != Metric.Cosine;

    private void CheckStorable(ReadOnlySpan<float> vector, string what)
    {
        if (!NarrowRange)
            return;
        for (var i = 0; i < vector.Length; i++)
        {
            if (MathF.Abs(vector[i]) > HalfRowFormat.Largest)
            {
                throw new ArgumentException(
                    $"{what} has {vector[i]} at element {i}, and half precision ends at ±{HalfRowFormat.Largest}. Scale the vectors down or choose another storage.");
            }
        }
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
