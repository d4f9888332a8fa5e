using Semblance.Evaluation.Streaming;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>A gallery item in a ranking; equal distances of neighbours are ties, shown by smaller index.</summary>
public readonly record struct RetrievalHit(int Item, float Distance, bool Relevant);

/// <summary>How a set is ranked.</summary>
public sealed record RetrievalOptions
{
    /// <summary>How many hits per query are kept.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Queries are the gallery, in the same order, and a query's own row is taken out of its ranking (its duplicates stay).</summary>
    public bool LeaveOneOut { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>
/// The first <see cref="Depth"/> hits of each query, with relevance and the exact tie groups that reach into them, so that every metric at
/// k ≤ <see cref="Depth"/> has its exact value. Immutable. Memory: queries × depth; never queries × gallery.
/// </summary>
public sealed class RetrievalResults
{
    private readonly RetrievalHit[][] _hits;
    private readonly Ranking[] _rankings;

    private RetrievalResults(RetrievalHit[][] hits, Ranking[] rankings, int depth)
    {
        _hits = hits;
        _rankings = rankings;
        Depth = depth;
    }

    public int Queries => _hits.Length;

    public int Depth { get; }

    /// <summary>Queries without any relevant item in the gallery; metrics refuse them.</summary>
    public int LoneQueries => _rankings.Count(r => r.Relevant == 0);

    /// <summary>Ranks a gallery for each query in one pass over blocks of distances.</summary>
    /// <exception cref="ArgumentException">Shapes or labels do not fit together, or a distance is NaN.</exception>
    public static RetrievalResults Compute(IDistanceSource source, ILabelComparer labels, RetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RetrievalOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        var depth = Math.Min(options.Depth, source.Gallery);
        var hits = new RetrievalHit[source.Queries][];
        var rankings = new Ranking[source.Queries];
        // A list as long as the gallery without the query is the whole ranking.
        var known = depth >= source.Gallery - (options.LeaveOneOut ? 1 : 0) ? int.MaxValue : depth;
        DistanceStream.Run(source, labels, options.LeaveOneOut, options.Threads, () => new Worker(hits, rankings, depth, known), cancellationToken);
        return new RetrievalResults(hits, rankings, depth);
    }

    /// <summary>Ranks <paramref name="gallery"/> <c>[n, d]</c> for each row of <paramref name="queries"/> <c>[q, d]</c>, one label per row.</summary>
    public static RetrievalResults Compute(
        Matrix queries, ReadOnlySpan<int> queryLabels, Matrix gallery, ReadOnlySpan<int> galleryLabels, Metric metric, RetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Compute(new VectorDistances(queries, gallery, metric), new SingleLabels(queryLabels, galleryLabels), options, cancellationToken);

    /// <summary>
    /// Takes rankings made elsewhere, for instance by an approximate index. Hits must come nearest first; what a list leaves out counts as
    /// never retrieved. Junk is dropped from the lists.
    /// </summary>
    public static RetrievalResults FromRankings(IReadOnlyList<IReadOnlyList<(int Item, float Distance)>> rankings, ILabelComparer labels)
    {
        if (rankings.Count != labels.Queries)
            throw new ArgumentException($"{rankings.Count} rankings and labels for {labels.Queries} queries.", nameof(rankings));
        var hits = new RetrievalHit[rankings.Count][];
        var reduced = new Ranking[rankings.Count];
        var relevance = new Relevance[labels.Gallery];
        for (var q = 0; q < rankings.Count; q++)
        {
            labels.Mark(q, relevance);
            foreach (var (item, _) in rankings[q])
            {
                if ((uint)item >= (uint)labels.Gallery)
                    throw new ArgumentException($"The ranking of query {q} names item {item}, and the gallery has {labels.Gallery}.", nameof(rankings));
            }
            hits[q] = [.. rankings[q].Where(hit => relevance[hit.Item] != Relevance.Junk).Select(hit => new RetrievalHit(hit.Item, hit.Distance, relevance[hit.Item] == Relevance.Relevant))];
            reduced[q] = Ranking.Own(Groups(hits[q], q), relevance.Count(r => r == Relevance.Relevant), int.MaxValue);
        }
        return new RetrievalResults(hits, reduced, hits.Length == 0 ? 0 : hits.Max(h => h.Length));
    }

    /// <summary>
    /// Takes rankings of any search: for each query the gallery's items, best first, by their positions, with one label a query and one an item.
    /// What a list leaves out counts as never retrieved, so for CMC@k lists of k do, and for MAP they should be whole.
    /// </summary>
    /// <exception cref="ArgumentException">Rankings and labels do not fit together, or an item stands twice in a ranking.</exception>
    public static RetrievalResults FromRankings(IReadOnlyList<int[]> rankings, ReadOnlySpan<int> queryLabels, ReadOnlySpan<int> galleryLabels)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        return FromRankings([.. rankings.Select(items => items.Select((item, rank) => (item, (float)rank)).ToList())], new SingleLabels(queryLabels, galleryLabels));
    }

    /// <summary>The kept hits of a query, nearest first; junk (the query itself under leave-one-out) is not among them.</summary>
    public IReadOnlyList<RetrievalHit> Hits(int query) => _hits[query];

    /// <summary>The query's ranking for <see cref="Metrics"/>.</summary>
    public Ranking RankingOf(int query) => _rankings[query];

    /// <summary>Mean of a metric over the queries that are not lone.</summary>
    public double Mean(Func<Ranking, double> metric)
    {
        var scored = _rankings.Where(r => r.Relevant > 0).ToArray();
        return scored.Length == 0 ? throw new InvalidOperationException("No query has a relevant item in the gallery, so there is nothing to average.") : scored.Average(metric);
    }

    private static TieGroup[] Groups(RetrievalHit[] hits, int query)
    {
        var groups = new List<TieGroup>();
        var seen = new HashSet<int>();
        for (var start = 0; start < hits.Length;)
        {
            var end = start;
            var relevant = 0;
            for (; end < hits.Length && hits[end].Distance == hits[start].Distance; end++)
            {
                relevant += hits[end].Relevant ? 1 : 0;
                if (!seen.Add(hits[end].Item))
                    throw new ArgumentException($"Item {hits[end].Item} stands twice in the ranking of query {query}.", nameof(hits));
            }
            // Also true of NaN, which equals nothing.
            if (end == start || (end < hits.Length && !(hits[end].Distance > hits[start].Distance)))
                throw new ArgumentException($"The ranking of query {query} is not sorted by rising distance at rank {end + 1}.", nameof(hits));
            if (relevant > 0)
                groups.Add(new TieGroup(start, end - start, relevant));
            start = end;
        }
        return [.. groups];
    }

    private sealed class Worker(RetrievalHit[][] hits, Ranking[] rankings, int depth, int known) : DistanceStream.IWorker
    {
        private readonly RowRanker _ranker = new();
        private readonly TopK _nearest = new(depth);

        public void Query(int query, ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance)
        {
            rankings[query] = _ranker.Rank(distances, relevance, out _, known);
            _nearest.Clear();
            for (var i = 0; i < distances.Length; i++)
            {
                if (relevance[i] != Relevance.Junk)
                    _nearest.Add(i, distances[i]);
            }
            var nearest = _nearest.ToSorted();
            hits[query] = new RetrievalHit[nearest.Length];
            for (var i = 0; i < nearest.Length; i++)
                hits[query][i] = new RetrievalHit((int)nearest[i].Id, nearest[i].Distance, relevance[(int)nearest[i].Id] == Relevance.Relevant);
        }
    }
}
