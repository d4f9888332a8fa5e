using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Nearest-neighbour search over float vectors. All kinds obey one contract, which the conformance suite checks:
/// <list type="bullet">
/// <item>Ids are unique non-negative numbers chosen by the caller. Adding an id that is there replaces its vector.</item>
/// <item>A search returns k hits whenever k rows match, nearest first, equal distances by smaller id; fewer only when fewer match.</item>
/// <item>Many readers run beside one writer. A reader sees the index as it was at one moment: a batch that is being added is seen
/// wholly or not at all, and a replaced row is never seen twice or missed. Writers that meet wait for one another.</item>
/// <item>Vectors and queries must be finite and have <see cref="Dimension"/> elements; others are refused with
/// <see cref="ArgumentException"/> before anything changes. So are, under L2 and inner product, vectors longer than 9.2e18,
/// because their distances would overflow.</item>
/// <item>After <see cref="IDisposable.Dispose"/> every method throws <see cref="ObjectDisposedException"/>; searches that are
/// running finish undisturbed.</item>
/// </list>
/// </summary>
public interface IVectorIndex : IDisposable
{
    /// <summary>The kind's name, as files and settings spell it: <c>exact</c>, …</summary>
    string Kind { get; }

    /// <summary>Elements of a vector.</summary>
    int Dimension { get; }

    Metric Metric { get; }

    /// <summary>Rows that searches can return.</summary>
    long Count { get; }

    /// <summary>
    /// A number of the caller's own that is saved in the file: the change counter of the rows the index was derived from,
    /// so that an opened index can be caught up. The index never changes it.
    /// </summary>
    long Generation { get; set; }

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

    /// <summary>Removes a row; false when the id was not there.</summary>
    bool Remove(long id);

    bool Contains(long id);

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

    /// <summary>Reclaims the space of removed rows. Kinds also do it by themselves when it is worth it. Searches go on meanwhile.</summary>
    void Compact();

    /// <summary>
    /// Writes the index as it is at this moment: beside <paramref name="path"/>, flushed to disk, then renamed over it,
    /// so that the path always holds a whole file. Searches and changes may go on meanwhile.
    /// </summary>
    void Save(string path);

    /// <summary>Checks everything, checksums of a mapped file included; reads all bytes once.</summary>
    IndexVerification Verify();

    IndexStatistics Statistics { get; }
}
