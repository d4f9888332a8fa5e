using Semblance.Index.Rows;

namespace Semblance.Index.Scanning;

/// <summary>The exact searches over a store of rows under one metric. Queries are packed <c>[q, query width]</c> and prepared.</summary>
internal interface IRowScan<T>
    where T : unmanaged
{
    Hit[] Search(RowStore<T> store, ReadOnlySpan<T> query, int k, SearchOptions options);

    Hit[] SearchRange(RowStore<T> store, ReadOnlySpan<T> query, float radius, SearchOptions options);

    Hit[][] SearchBatch(RowStore<T> store, ReadOnlyMemory<T> queries, int k, SearchOptions options, CancellationToken cancellationToken);

    /// <summary>Offers the rows at some positions, which the caller has found acceptable.</summary>
    void Rescore(RowSnapshot<T> snapshot, ReadOnlySpan<int> positions, ReadOnlySpan<T> query, HitCollector collector);
}
