using Semblance.Index.Rows;
using Semblance.Index.Scanning;

namespace Semblance.Index.Engine;

/// <summary>Makes a stored row the query that the scan compares with stored rows.</summary>
internal delegate void RowAsQuery<T>(ReadOnlySpan<T> row, Span<T> query);

/// <summary>The nearest rows of the row at a position, itself among them; null when the rows must be scanned for them.</summary>
internal delegate Hit[]? LedFromRow(int position, int k, SearchOptions options);

/// <summary>
/// The nearest other rows of many rows of one snapshot. A structure answers for one row after another; those that it has no answer for, all
/// of them where there is no structure, are scanned for together. One more than k are asked for: if the row itself is not among
/// them, so many are nearer or tie with it that k of the others are there all the same.
/// </summary>
/// <param name="queryWidth">Elements of a query.</param>
internal sealed class NeighbourSearch<T, TMetric>(RowSnapshot<T> rows, RowScan<T, TMetric> scan, int queryWidth, RowAsQuery<T> asQuery)
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    // Queries of one scan: enough that reading the rows costs nothing beside comparing them, few enough to stay in a cache.
    private const int ScanTogether = 1024;

    /// <param name="ids">Whose neighbours are wanted.</param>
    /// <param name="positions">Of the ids; −1 for those that are not there.</param>
    /// <param name="led">Null when all rows are to be scanned. They are too where that costs less than being led at <paramref name="effort"/>.</param>
    public Hit[][] Run(long[] ids, int[] positions, int k, int effort, LedFromRow? led, SearchOptions options, CancellationToken cancellationToken)
    {
        var answers = new Hit[ids.Length][];
        var wanted = k == int.MaxValue ? k : k + 1;
        if (led is not null && rows.Structure!.CostOf(effort) <= rows.Positions * scan.CostOf(ids.Length))
        {
            var single = options with { Threads = 1, Trace = null };
            var order = rows.Structure!.OrderOf(positions);
            // What a filter throws stays as it is on the caller's thread.
            if (options.Threads == 1)
                Lead(0, order.Length);
            else
                Parallel.For(0, options.Threads, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, thread =>
                    Lead((int)((long)order.Length * thread / options.Threads), (int)((long)order.Length * (thread + 1) / options.Threads)));

            void Lead(int first, int end)
            {
                foreach (var i in order.AsSpan(first, end - first))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (positions[i] >= 0)
                        answers[i] = led(positions[i], wanted, single)!;
                }
            }
        }
        var open = Enumerable.Range(0, ids.Length).Where(i => positions[i] >= 0 && answers[i] is null).ToArray();
        var survivors = open.Length == 0 ? null : scan.Survivors(rows, options);
        for (var first = 0; first < open.Length; first += ScanTogether)
            Scan(open.AsSpan(first, Math.Min(ScanTogether, open.Length - first)));
        for (var i = 0; i < ids.Length; i++)
            answers[i] = answers[i] is { } hits ? Others(hits, ids[i], k) : [];
        return answers;

        void Scan(ReadOnlySpan<int> group)
        {
            var queries = new T[group.Length * queryWidth];
            for (var i = 0; i < group.Length; i++)
                asQuery(rows.RowAt(positions[group[i]]), queries.AsSpan(i * queryWidth, queryWidth));
            var found = scan.SearchBatch(rows, survivors, queries, wanted, options, cancellationToken);
            for (var i = 0; i < group.Length; i++)
                answers[group[i]] = found[i];
        }
    }

    private static Hit[] Others(Hit[] hits, long id, int k)
    {
        for (var i = 0; i < hits.Length; i++)
        {
            if (hits[i].Id == id)
                return [.. hits.AsSpan(0, i), .. hits.AsSpan(i + 1)];
        }
        return hits.Length > k ? hits[..k] : hits;
    }
}
