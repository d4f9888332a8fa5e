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
    /// Whether searches may miss rows that belong to the answer. Such a kind has an effort (<see cref="SearchOptions.Effort"/>) and can be
    /// tuned; the others find all, whatever is asked of them.
    /// </summary>
    bool IsApproximate { get; }

    /// <summary>
    /// The target recall of searches that name neither effort nor target, 0.98 at first; once the index is tuned it decides their effort.
    /// Above 0, at most 1, which scans all rows. Without meaning where the kind is exact.
    /// </summary>
    float DefaultTargetRecall { get; set; }

    /// <summary>What the index measured of itself; null before <see cref="Tune"/>, and where the kind is exact. It is saved with the index.</summary>
    RecallCurve? RecallCurve { get; }

    /// <summary>
    /// The <paramref name="k"/> nearest other rows of each row of <paramref name="ids"/>, in their order and from one moment of the index:
    /// what a search by the stored row gives without the row itself, however many rows equal it. An id that is not there has no
    /// neighbours. Exact kinds read the rows once for many of them, O(ids · n); a graph starts at the row's own node, which costs less
    /// than a search from outside. <see cref="SearchOptions.Trace"/> tells of the search where one id that is there is asked, and is left
    /// alone where several are.
    /// </summary>
    IReadOnlyList<Hit>[] NeighboursOf(ReadOnlySpan<long> ids, int k, SearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a row; false when the id was not there.</summary>
    bool Remove(long id);

    bool Contains(long id);

    /// <summary>
    /// Measures recall and time against exact search over the stored rows at rising efforts, keeps the curve and from then on picks the
    /// effort by it. The queries are <paramref name="queries"/> rows of the index, each asked for its neighbours other than itself:
    /// rows that were never seen may be harder. Takes about <paramref name="queries"/> scans, and ends where more effort gains nothing and
    /// takes longer than a scan. Does nothing for exact kinds and below k + 1 rows.
    /// </summary>
    /// <remarks>Of bit codes, many lie at one distance: one that is as near as the true k-th counts as found.</remarks>
    /// <param name="k">Neighbours that recall counts.</param>
    void Tune(int queries = 200, int k = 10, CancellationToken cancellationToken = default);

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
