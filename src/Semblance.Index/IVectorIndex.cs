using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Nearest-neighbour search over float vectors, under the contract of <see cref="IRowIndex"/>. Vectors and queries must be finite and
/// have <see cref="Dimension"/> elements; others are refused with <see cref="ArgumentException"/> before anything changes. So are,
/// under L2 and inner product, vectors longer than 9.2e18, because their distances would overflow.
/// </summary>
public interface IVectorIndex : IRowIndex
{
    /// <summary>Elements of a vector.</summary>
    int Dimension { get; }

    /// <summary>
    /// Replaces the whole content. <paramref name="vectors"/> is <c>[ids.Length, Dimension]</c>.
    /// Where an id occurs twice, the later row counts. Searches see the old content until the new one is complete.
    /// </summary>
    void Build(ReadOnlySpan<long> ids, Matrix vectors, CancellationToken cancellationToken = default);

    /// <summary>Adds one row, or replaces the row of the same id.</summary>
    void Add(long id, ReadOnlySpan<float> vector);

    /// <summary>
    /// Adds or replaces rows as one change: all or, on an error, none. <paramref name="vectors"/> is <c>[ids.Length, Dimension]</c>.
    /// Where an id occurs twice, the later row counts.
    /// </summary>
    void Add(ReadOnlySpan<long> ids, Matrix vectors);

    /// <summary>The <paramref name="k"/> nearest rows, nearest first.</summary>
    IReadOnlyList<Hit> Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null);

    /// <summary>
    /// The answers of many queries, <c>[q, Dimension]</c>, in their order: the same hits that <see cref="Search"/> gives one by one,
    /// from one moment of the index.
    /// </summary>
    IReadOnlyList<Hit>[] SearchBatch(Matrix queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>All rows no farther than <paramref name="radius"/> (included), nearest first, equal distances by smaller id.</summary>
    IReadOnlyList<Hit> SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions? options = null);

    /// <summary>
    /// Copies the stored vector into <paramref name="vector"/> (length <see cref="Dimension"/>); false when the id is not there.
    /// Stored is what the metric needs: under <see cref="Metric.Cosine"/> the vector scaled to length 1.
    /// Kinds that keep codes give the decoded approximation.
    /// </summary>
    bool TryGetVector(long id, Span<float> vector);
}
