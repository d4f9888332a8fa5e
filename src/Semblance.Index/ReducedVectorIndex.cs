using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Any kind behind a principal component analysis: vectors are projected as they come in, and so are queries, so that the index holds
/// and measures fewer elements. Distances are those between projections. The analysis is saved in the index's own file.
/// (<see cref="RandomizedPca"/> fits the same <see cref="Pca"/>.)
/// </summary>
public sealed class ReducedVectorIndex : IVectorIndex
{
    private const string SectionName = "reduction";

    private readonly VectorIndex _index;
    private readonly Pca _pca;

    /// <param name="index">Empty or filled through an equal analysis; its dimension is the number of components. Owned from now on.</param>
    /// <exception cref="ArgumentException">The index has another dimension than the analysis has components.</exception>
    public ReducedVectorIndex(VectorIndex index, Pca pca)
    {
        if (index.Dimension != pca.Components.Rows)
            throw new ArgumentException($"The index has dimension {index.Dimension} and the analysis {pca.Components.Rows} components; they must be equal.", nameof(index));
        _index = index;
        _pca = pca;
    }

    /// <summary>The index of the projections.</summary>
    public VectorIndex Inner => _index;

    public string Kind => _index.Kind;

    /// <summary>Elements of a vector before it is projected.</summary>
    public int Dimension => _pca.Mean.Length;

    public Metric Metric => _index.Metric;

    public long Count => _index.Count;

    public long Generation
    {
        get => _index.Generation;
        set => _index.Generation = value;
    }

    public IndexStatistics Statistics => _index.Statistics;

    public bool IsApproximate => _index.IsApproximate;

    public float DefaultTargetRecall
    {
        get => _index.DefaultTargetRecall;
        set => _index.DefaultTargetRecall = value;
    }

    public RecallCurve? RecallCurve => _index.RecallCurve;

    /// <summary>Opens a file that <see cref="Save"/> wrote, of whatever kind.</summary>
    /// <exception cref="IndexFileException">The file cannot be used, or holds no reduction; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static ReducedVectorIndex Open(string path)
    {
        var pca = ReadReduction(path);
        var index = VectorIndexes.Open(path);
        try
        {
            return new ReducedVectorIndex(index, pca);
        }
        catch (ArgumentException)
        {
            index.Dispose();
            throw new IndexFileException(IndexFileProblem.Damaged, path, "is damaged: its reduction does not fit its vectors");
        }
    }

    public void Build(ReadOnlySpan<long> ids, Matrix vectors, CancellationToken cancellationToken = default) =>
        _index.Build(ids, Projected(vectors), cancellationToken);

    public void Add(long id, ReadOnlySpan<float> vector) => _index.Add(id, Projected(vector));

    public void Add(ReadOnlySpan<long> ids, Matrix vectors) => _index.Add(ids, Projected(vectors));

    public bool Remove(long id) => _index.Remove(id);

    public bool Contains(long id) => _index.Contains(id);

    public IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null) => _index.Search(Projected(query), k, options);

    public IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default) =>
        _index.SearchBatch(Projected(queries), k, options, cancellationToken);

    public IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default) =>
        _index.NeighboursOf(ids, k, options, cancellationToken);

    public IReadOnlyList<Hit> SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions? options = null) =>
        _index.SearchRange(Projected(query), radius, options);

    /// <summary>The vector as far as its projection knows it (under <see cref="Metric.Cosine"/> of a projection scaled to length 1).</summary>
    public bool TryGetVector(long id, Span<float> vector)
    {
        IndexArguments.CheckDimension(vector.Length, Dimension, "The span for the vector");
        var projected = new float[_index.Dimension];
        if (!_index.TryGetVector(id, projected))
            return false;
        _pca.Reconstruct(projected, vector);
        return true;
    }

    public void Tune(int queries = 200, int k = 10, CancellationToken cancellationToken = default) => _index.Tune(queries, k, cancellationToken);

    public void Compact() => _index.Compact();

    public void Save(string path)
    {
        var bytes = _pca.Serialize();
        _index.Save(path, [new IndexFileSection(SectionName, bytes.Length, sink => sink.Write(bytes))]);
    }

    public IndexVerification Verify() => _index.Verify();

    public void Warm() => _index.Warm();

    public void Dispose() => _index.Dispose();

    private static unsafe Pca ReadReduction(string path)
    {
        using var file = MappedIndexFile.Open(path, IndexFile.ReadHeader(path).Kind);
        if (file.SectionLength(SectionName) is not { } length)
            throw new IndexFileException(IndexFileProblem.WrongKind, path, "holds an index without a reduction");
        if (length > Array.MaxLength)
            throw file.Damaged("is damaged: its reduction is too long");
        try
        {
            return Pca.Deserialize(new ReadOnlySpan<byte>(file.Section(SectionName, (UInt128)length), (int)length));
        }
        catch (InvalidDataException)
        {
            throw file.Damaged("is damaged in its reduction");
        }
    }

    private float[] Projected(ReadOnlySpan<float> vector)
    {
        IndexArguments.CheckDimension(vector.Length, Dimension, "The vector");
        var projected = new float[_index.Dimension];
        _pca.Transform(vector, projected);
        return projected;
    }

    private Matrix Projected(Matrix vectors)
    {
        if (vectors.Rows == 0)
            return new Matrix(0, _index.Dimension);
        IndexArguments.CheckDimension(vectors.Columns, Dimension, "The matrix of vectors");
        return _pca.Transform(vectors);
    }
}
