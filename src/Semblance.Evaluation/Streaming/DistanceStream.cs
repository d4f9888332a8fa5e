namespace Semblance.Evaluation.Streaming;

/// <summary>
/// Walks all queries against the whole gallery in blocks on several threads. Memory: at most 1M distances (4 MB) or one query's row per thread.
/// What a worker does for a query must depend on that query alone, so the outcome is the same for any number of threads.
/// </summary>
internal static class DistanceStream
{
    private const int BlockDistances = 1 << 20;
    private const int BlockQueries = 64;

    /// <summary>One thread's share of the work; <see cref="Query"/> is called once for each query that falls to it.</summary>
    public interface IWorker
    {
        void Query(int query, ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance);
    }

    /// <returns>The workers, one or more per thread, for merging what they gathered.</returns>
    public static IReadOnlyList<TWorker> Run<TWorker>(
        IDistanceSource source, ILabelComparer labels, bool leaveOneOut, int threads, Func<TWorker> newWorker, CancellationToken cancellationToken)
        where TWorker : IWorker
    {
        Check(source, labels, leaveOneOut, threads);
        var gallery = source.Gallery;
        var queriesPerBlock = Math.Clamp(BlockDistances / gallery, 1, BlockQueries);
        var blocks = (source.Queries + queriesPerBlock - 1) / queriesPerBlock;
        var workers = new List<TWorker>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(
                0,
                blocks,
                options,
                () => (Worker: newWorker(), Distances: new float[queriesPerBlock * gallery], Relevance: new Relevance[gallery]),
                (block, _, local) =>
                {
                    var first = block * queriesPerBlock;
                    var count = Math.Min(queriesPerBlock, source.Queries - first);
                    source.Fill(first, local.Distances.AsSpan(0, count * gallery));
                    for (var q = 0; q < count; q++)
                    {
                        labels.Mark(first + q, local.Relevance);
                        if (leaveOneOut)
                            local.Relevance[first + q] = Relevance.Junk;
                        local.Worker.Query(first + q, local.Distances.AsSpan(q * gallery, gallery), local.Relevance);
                    }
                    return local;
                },
                local =>
                {
                    lock (workers)
                        workers.Add(local.Worker);
                });
        }
        catch (AggregateException exceptions) when (exceptions.InnerException is ArgumentException first)
        {
            throw new ArgumentException(first.Message, nameof(source), exceptions);
        }
        return workers;
    }

    private static void Check(IDistanceSource source, ILabelComparer labels, bool leaveOneOut, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (source.Queries == 0 || source.Gallery == 0)
            throw new ArgumentException($"{source.Queries} queries against {source.Gallery} gallery items: there is nothing to rank.", nameof(source));
        if (labels.Queries != source.Queries || labels.Gallery != source.Gallery)
        {
            throw new ArgumentException(
                $"There are labels for {labels.Queries} queries and {labels.Gallery} gallery items, and vectors for {source.Queries} and {source.Gallery}.", nameof(labels));
        }
        if (leaveOneOut && source.Queries != source.Gallery)
            throw new ArgumentException($"Leave-one-out needs the same items on both sides, and there are {source.Queries} queries and {source.Gallery} gallery items.", nameof(leaveOneOut));
    }
}
