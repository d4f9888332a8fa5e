namespace Semblance.Evaluation;

/// <summary>A named per-query metric whose mean over the queries is reported. <paramref name="Name"/> is the JSON key, lower case.</summary>
public sealed record RetrievalMetric(string Name, Func<Ranking, double> Score)
{
    /// <summary>
    /// The metrics of a report, at each cutoff of <paramref name="at"/>: <c>cmc@k, recall@k, precision@k, precision@k_by_reachable, ndcg@k,
    /// map@k, map@k_by_hits</c>; and once <c>map, map@r, r_precision, map_trapezoid, map_optimistic, map_pessimistic</c>.
    /// </summary>
    public static IReadOnlyList<RetrievalMetric> Standard(IReadOnlyList<int> at)
    {
        var cutoffs = at.Distinct().Order().ToArray();
        if (cutoffs is [< 1, ..])
            throw new ArgumentOutOfRangeException(nameof(at), cutoffs[0], "A cutoff counts items, so it is 1 or more.");
        return
        [
            .. cutoffs.Select(k => new RetrievalMetric($"cmc@{k}", r => Metrics.Cmc(r, k))),
            .. cutoffs.Select(k => new RetrievalMetric($"recall@{k}", r => Metrics.Recall(r, k))),
            .. cutoffs.Select(k => new RetrievalMetric($"precision@{k}", r => Metrics.Precision(r, k))),
            .. cutoffs.Select(k => new RetrievalMetric($"precision@{k}_by_reachable", r => Metrics.PrecisionByReachable(r, k))),
            new("map", Metrics.AveragePrecision),
            new("map@r", Metrics.MeanAveragePrecisionAtR),
            new("r_precision", Metrics.RPrecision),
            .. cutoffs.Select(k => new RetrievalMetric($"ndcg@{k}", r => Metrics.Ndcg(r, k))),
            .. cutoffs.Select(k => new RetrievalMetric($"map@{k}", r => Metrics.AveragePrecisionAt(r, k))),
            .. cutoffs.Select(k => new RetrievalMetric($"map@{k}_by_hits", r => Metrics.AveragePrecisionByHits(r, k))),
            new("map_trapezoid", Metrics.AveragePrecisionTrapezoid),
            new("map_optimistic", r => Metrics.AveragePrecision(r.HasTies ? r.Optimistic() : r)),
            new("map_pessimistic", r => Metrics.AveragePrecision(r.HasTies ? r.Pessimistic() : r)),
        ];
    }
}
