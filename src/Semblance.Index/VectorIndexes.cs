using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// All kinds of <see cref="VectorIndex"/> by name (what faiss calls the index factory), and which of them suits how many rows.
/// Bit codes have <see cref="CodeIndexes"/>.
/// </summary>
public static class VectorIndexes
{
    /// <summary>
    /// Up to this many rows <see cref="Choose"/> takes the exact scan. One thread reads 20,000 rows of 256 floats, 20 MB, in about 1 ms,
    /// less than anybody notices; what an approximate kind could still save is not worth its build, its tuning and its misses.
    /// </summary>
    public const int ExactUpTo = 20_000;

    // The kinds in the order in which they are offered. A new kind: one line here.
    private static readonly Entry[] s_kinds =
    [
        new(ExactVectorIndex.KindName, (dimension, metric, build) => new ExactVectorIndex(dimension, metric, build.Storage), (path, _) => ExactVectorIndex.Open(path)),
        new(IvfFastScanIndex.KindName, (dimension, metric, build) => new IvfFastScanIndex(dimension, metric, Ivf(build)), (path, build) => IvfFastScanIndex.Open(path, Ivf(build))),
        new(HnswIndex.KindName, (dimension, metric, build) => new HnswIndex(dimension, metric, Hnsw(build)), (path, build) => HnswIndex.Open(path, Hnsw(build))),
        new(IvfPqIndex.KindName, (dimension, metric, build) => new IvfPqIndex(dimension, metric, Ivf(build)), (path, build) => IvfPqIndex.Open(path, Ivf(build))),
        new(IvfFlatIndex.KindName, (dimension, metric, build) => new IvfFlatIndex(dimension, metric, Ivf(build)), (path, build) => IvfFlatIndex.Open(path, Ivf(build))),
        new(KdTreeIndex.KindName, (dimension, metric, build) => new KdTreeIndex(dimension, metric, new KdTreeOptions { Storage = build.Storage, BuildThreads = build.Threads }), (path, _) => KdTreeIndex.Open(path)),
        new(BallTreeIndex.KindName, (dimension, metric, build) => new BallTreeIndex(dimension, metric, new BallTreeOptions { Storage = build.Storage, BuildThreads = build.Threads }), (path, _) => BallTreeIndex.Open(path)),
        new(RpForestIndex.KindName, (dimension, metric, build) => new RpForestIndex(dimension, metric, new RpForestOptions { Storage = build.Storage, BuildThreads = build.Threads, Seed = build.Seed }), (path, _) => RpForestIndex.Open(path)),
        new(LshIndex.KindName, (dimension, metric, build) => new LshIndex(dimension, metric, new LshOptions { Storage = build.Storage, BuildThreads = build.Threads, Seed = build.Seed }), (path, _) => LshIndex.Open(path)),
    ];

    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. s_kinds.Select(kind => kind.Name)];

    /// <summary>
    /// The kind that answers fastest at high recall for so many rows: the exact scan up to <see cref="ExactUpTo"/>, above it the graph.
    /// Inverted lists with 4-bit codes (<c>ivf-pq4</c>) build in a fraction of its time and answer more slowly.
    /// </summary>
    public static string Choose(long rows) => rows <= ExactUpTo ? ExactVectorIndex.KindName : HnswIndex.KindName;

    /// <summary>An empty index of a kind.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static VectorIndex Create(string kind, int dimension, Metric metric, IndexBuildOptions? options = null) =>
        Find(kind) is { } entry
            ? entry.Create(dimension, metric, options ?? new IndexBuildOptions())
            : throw new ArgumentException($"There is no index kind '{kind}'; there are {string.Join(", ", Kinds)}.", nameof(kind));

    /// <summary>
    /// An index over vectors as they lie in a program, ready to be searched: <c>VectorIndexes.Build(vectors).Search(query, 10)</c>. The ids are
    /// the positions in the list. An approximate kind measures its recall on 200 of them, so that the default effort is known to do.
    /// </summary>
    /// <param name="vectors">All of one length; they are copied.</param>
    /// <param name="kind">A name of <see cref="Kinds"/>; null lets <see cref="Choose"/> decide by their number.</param>
    /// <exception cref="ArgumentException">There are no vectors, their lengths differ, one has an element that is not finite, or there is no such kind.</exception>
    public static VectorIndex Build(IReadOnlyList<float[]> vectors, Metric metric = Metric.Cosine, string? kind = null, IndexBuildOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var ids = new long[vectors.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = i;
        return Build(ids, Rows(vectors), metric, kind, options, cancellationToken);
    }

    /// <summary>As above, for one block of numbers, <c>[n, <paramref name="dimension"/>]</c> row by row.</summary>
    /// <inheritdoc cref="Build(IReadOnlyList{float[]}, Metric, string?, IndexBuildOptions?, CancellationToken)"/>
    public static VectorIndex Build(float[] vectors, int dimension, Metric metric = Metric.Cosine, string? kind = null, IndexBuildOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (vectors.Length == 0 || vectors.Length % dimension != 0)
            throw new ArgumentException($"{vectors.Length} numbers are no rows of {dimension}.", nameof(vectors));
        var ids = new long[vectors.Length / dimension];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = i;
        return Build(ids, new Matrix(vectors, ids.Length, dimension), metric, kind, options, cancellationToken);
    }

    /// <summary>As above, with ids of the caller's own: <paramref name="vectors"/> is <c>[ids.Length, d]</c>.</summary>
    /// <inheritdoc cref="Build(IReadOnlyList{float[]}, Metric, string?, IndexBuildOptions?, CancellationToken)"/>
    public static VectorIndex Build(ReadOnlySpan<long> ids, Matrix vectors, Metric metric = Metric.Cosine, string? kind = null, IndexBuildOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var index = Create(kind ?? Choose(vectors.Rows), vectors.Columns, metric, options);
        try
        {
            index.Build(ids, vectors, cancellationToken);
            index.Tune(cancellationToken: cancellationToken);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    internal static Matrix Rows(IReadOnlyList<float[]> vectors)
    {
        if (vectors.Count == 0)
            throw new ArgumentException("There are no vectors, so nothing tells how many elements one has; make an empty index with Create.", nameof(vectors));
        for (var i = 0; i < vectors.Count; i++)
        {
            if (vectors[i].Length != vectors[0].Length)
                throw new ArgumentException($"Vector {i} has {vectors[i].Length} elements and the first has {vectors[0].Length}.", nameof(vectors));
        }
        return Matrix.FromRows(vectors);
    }

    /// <summary>Opens an index file of whatever kind, read-only and mapped. Changes made afterwards stay in memory until it is saved.</summary>
    /// <param name="options">For later changes; what is in the file stays as it was built.</param>
    /// <exception cref="IndexFileException">The file cannot be used, or holds a kind of another release or of bit codes; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static VectorIndex Open(string path, IndexBuildOptions? options = null)
    {
        var kind = IndexFile.ReadHeader(path).Kind;
        return Find(kind) is { } entry
            ? entry.Open(path, options ?? new IndexBuildOptions())
            : throw new IndexFileException(IndexFileProblem.WrongKind, path, $"holds an index of kind '{kind}', which is none of {string.Join(", ", Kinds)}");
    }

    private static Entry? Find(string kind) => s_kinds.FirstOrDefault(entry => entry.Name == kind);

    private static IvfOptions Ivf(IndexBuildOptions build) => new() { Storage = build.Storage, BuildThreads = build.Threads, Seed = build.Seed };

    private static HnswOptions Hnsw(IndexBuildOptions build) => new() { Storage = build.Storage, BuildThreads = build.Threads, Seed = build.Seed };

    private sealed record Entry(string Name, Func<int, Metric, IndexBuildOptions, VectorIndex> Create, Func<string, IndexBuildOptions, VectorIndex> Open);
}
