using System.Diagnostics;
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

    // Tuning gives up when so many times the effort has found nothing more.
    private const int FutileFactor = 4;

    private readonly IVectorEngine _engine;
    private long _generation;
    private RecallCurve? _curve;

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
        _generation = file.Header.Generation;
        _curve = RecallCurveSection.Read(file);
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
        get => Interlocked.Read(ref _generation);
        set => Interlocked.Exchange(ref _generation, value);
    }

    /// <summary>The effort of a search that names neither effort nor target recall, before <see cref="Tune"/> knows better.</summary>
    public virtual int DefaultEffort => 1;

    /// <summary>The target recall of searches that name neither; once the index is tuned it decides their effort.</summary>
    public float DefaultTargetRecall
    {
        get;
        set => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The target recall must be above 0 and at most 1.");
    } = 0.98f;

    /// <summary>What the index measured of itself; null before <see cref="Tune"/>. It is saved with the index.</summary>
    public RecallCurve? RecallCurve => Volatile.Read(ref _curve);

    public IndexStatistics Statistics => _engine.Statistics(Kind, Generation);

    /// <summary>Threads that <see cref="Build"/> uses.</summary>
    private protected virtual int BuildThreads => 1;

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, CancellationToken cancellationToken = default)
    {
        Check(ids, vectors);
        _engine.Build(ids, vectors, BuildThreads, cancellationToken);
        Volatile.Write(ref _curve, null);
    }

    public void Add(long id, ReadOnlySpan<float> vector)
    {
        IndexArguments.CheckId(id);
        Check(vector, "The vector");
        CheckStorable(vector, "The vector");
        _engine.Add([id], vector);
    }

    public void Add(ReadOnlySpan<long> ids, Matrix vectors)
    {
        Check(ids, vectors);
        _engine.Add(ids, vectors.Span);
    }

    public bool Remove(long id) => _engine.Remove(id);

    public bool Contains(long id) => _engine.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        IndexArguments.CheckK(k);
        Check(query, "The query");
        options ??= SearchOptions.Default;
        var effort = EffortOf(options);
        if (options.Trace is { } trace)
            trace.RecallEstimate = effort == 0 ? 1 : RecallCurve?.RecallAt(effort);
        return effort == 0 ? _engine.Scan(query, k, options) : _engine.Search(query, k, effort, options);
    }

    public IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        IndexArguments.CheckK(k);
        Check(queries, "Query");
        options ??= SearchOptions.Default;
        return _engine.SearchBatch(queries, k, EffortOf(options), options, cancellationToken);
    }

    public IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IndexArguments.CheckK(k);
        options ??= SearchOptions.Default;
        return _engine.NeighboursOf(ids, k, EffortOf(options), options, cancellationToken);
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

    /// <summary>
    /// Measures recall and time against exact search over the stored rows at rising efforts, keeps the curve and from then on picks the
    /// effort by it. The queries are <paramref name="queries"/> rows of the index, each asked for its neighbours other than itself:
    /// rows that were never seen may be harder. Takes about <paramref name="queries"/> scans, and ends where more effort gains nothing and
    /// takes longer than a scan. Does nothing for exact kinds and below k + 1 rows.
    /// </summary>
    /// <param name="k">Neighbours that recall counts.</param>
    public void Tune(int queries = 200, int k = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        IndexArguments.CheckK(k);
        var ids = _engine.SampleIds(queries);
        if (!_engine.HasStructure || Count <= k || ids.Length == 0)
            return;
        var asked = new Matrix(ids.Length, Dimension);
        var truth = new HashSet<long>[ids.Length];
        var scans = new double[ids.Length];
        for (var q = 0; q < ids.Length; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _engine.TryGetVector(ids[q], asked.Row(q));
            var start = Stopwatch.GetTimestamp();
            var hits = _engine.Scan(asked.Row(q), k + 1, SearchOptions.Default);
            scans[q] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            truth[q] = [.. hits.Where(hit => hit.Id != ids[q]).Take(k).Select(hit => hit.Id)];
        }
        Array.Sort(scans);
        var points = new List<RecallPoint>();
        var lastGain = 0;
        foreach (var effort in Efforts())
        {
            cancellationToken.ThrowIfCancellationRequested();
            double found = 0;
            var times = new double[ids.Length];
            for (var q = 0; q < ids.Length; q++)
            {
                var start = Stopwatch.GetTimestamp();
                var hits = _engine.Search(asked.Row(q), k + 1, effort, SearchOptions.Default);
                times[q] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                found += hits.Where(hit => hit.Id != ids[q]).Take(k).Count(hit => truth[q].Contains(hit.Id)) / (double)Math.Max(1, truth[q].Count);
            }
            Array.Sort(times);
            // Averages of many searches may fall by noise where the search cannot: the curve does not.
            var recall = Math.Max((float)(found / ids.Length), points.Count == 0 ? 0 : points[^1].Recall);
            points.Add(new RecallPoint(effort, recall, (float)times[times.Length / 2]));
            if (points.Count == 1 || recall > points[^2].Recall)
                lastGain = effort;
            // Where rows are alike, ties keep the recall below 1 whatever the effort.
            if (recall >= 0.9995f || (effort >= FutileFactor * lastGain && times[times.Length / 2] > scans[scans.Length / 2]))
                break;
        }
        Volatile.Write(ref _curve, new RecallCurve(k, Count, points));
    }

    public void Compact() => _engine.Compact();

    public void Save(string path) => Save(path, []);

    /// <summary>With sections of the caller's own in the same file.</summary>
    internal void Save(string path, IReadOnlyList<IndexFileSection> beside) => _engine.Save(path, Kind, Generation, RecallCurve, beside);

    public IndexVerification Verify()
    {
        var problems = new List<string>();
        _engine.Verify(problems);
        return new IndexVerification(problems);
    }

    public void Warm() => _engine.Warm();

    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The file of that kind, mapped, to be handed to a constructor; unmapped again when that throws.</summary>
    private protected static TIndex Open<TIndex>(string path, string kind, Func<MappedIndexFile, TIndex> open)
    {
        var file = MappedIndexFile.Open(path, kind);
        try
        {
            return open(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Efforts worth measuring, ascending.</summary>
    private protected virtual IEnumerable<int> Efforts()
    {
        // About six a doubling: fine enough that the picked effort overshoots its target by little.
        var last = 0;
        for (var effort = 1.0; effort <= 4096; effort *= 1.125)
        {
            if ((int)effort <= last)
                continue;
            last = (int)effort;
            yield return last;
        }
    }

    // 0 stands for a scan of all rows.
    private int EffortOf(SearchOptions options)
    {
        if (!_engine.HasStructure)
            return 0;
        if (options.Effort is { } effort)
            return effort;
        var target = options.TargetRecall ?? DefaultTargetRecall;
        if (target >= 1)
            return 0;
        return RecallCurve is { } curve ? curve.EffortFor(target) : DefaultEffort;
    }

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
