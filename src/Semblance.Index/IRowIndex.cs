namespace Semblance.Index;

/// <summary>
/// What every index is, whatever its rows are: rows under unique ids that can be counted, removed, saved and checked.
/// <see cref="IVectorIndex"/> adds float vectors and <see cref="ICodeIndex"/> bit codes. All kinds obey one contract, which the
/// conformance suites check:
/// <list type="bullet">
/// <item>Ids are unique non-negative numbers chosen by the caller. Adding an id that is there replaces its row.</item>
/// <item>A search returns k hits whenever k rows match, nearest first, equal distances by smaller id; fewer only when fewer match.</item>
/// <item>Many readers run beside one writer. A reader sees the index as it was at one moment: a batch that is being added is seen
/// wholly or not at all, and a replaced row is never seen twice or missed. Writers that meet wait for one another.</item>
/// <item>Rows and queries that do not fit are refused with <see cref="ArgumentException"/> before anything changes.</item>
/// <item>After <see cref="IDisposable.Dispose"/> every method throws <see cref="ObjectDisposedException"/>; searches that are
/// running finish undisturbed.</item>
/// </list>
/// </summary>
public interface IRowIndex : IDisposable
{
    /// <summary>The kind's name, as files and settings spell it: <c>exact</c>, <c>mih</c>, …</summary>
    string Kind { get; }

    /// <summary>What the distances of the hits are; <see cref="Metric.Hamming"/> for bit codes.</summary>
    Metric Metric { get; }

    /// <summary>Rows that searches can return.</summary>
    long Count { get; }

    /// <summary>
    /// A number of the caller's own that is saved in the file: the change counter of the rows the index was derived from,
    /// so that an opened index can be caught up. The index never changes it.
    /// </summary>
    long Generation { get; set; }

    IndexStatistics Statistics { get; }

    /// <summary>
    /// The <paramref name="k"/> nearest other rows of each row of <paramref name="ids"/>, in their order and from one moment of the index:
    /// what a search by the stored row gives without the row itself, however many rows equal it. An id that is not there has no
    /// neighbours. Exact kinds read the rows once for many of them, O(ids · n); a graph starts at the row's own node, which costs less
    /// than a search from outside. <see cref="SearchOptions.Trace"/> is left alone.
    /// </summary>
    IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a row; false when the id was not there.</summary>
    bool Remove(long id);

    bool Contains(long id);

    /// <summary>Reclaims the space of removed rows. Kinds also do it by themselves when it is worth it. Searches go on meanwhile.</summary>
    void Compact();

    /// <summary>
    /// Writes the index as it is at this moment: beside <paramref name="path"/>, flushed to disk, then renamed over it,
    /// so that the path always holds a whole file. Searches and changes may go on meanwhile.
    /// </summary>
    void Save(string path);

    /// <summary>Checks everything, checksums of a mapped file included; reads all bytes once.</summary>
    IndexVerification Verify();

    /// <summary>
    /// After an index was opened, its searches read the mapped file. This copies what every search touches into memory of the process
    /// (huge pages where the system has them), beside running searches; then they are as fast as those of an index that was built here.
    /// </summary>
    void Warm();
}
