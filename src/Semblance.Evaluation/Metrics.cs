namespace Semblance.Evaluation;

/// <summary>
/// Retrieval metrics of one query, pure functions of its <see cref="Ranking"/>. Where items tie, each gives its exact expectation over a
/// random order inside the ties, so no figure depends on how a sort happens to break them; without ties that is the plain definition.
/// All are in [0, 1]. A query with no relevant item (R = 0) has no value and is refused: leave such lone queries out and say how many.
/// Ranks are counted from 1. A rank beyond <see cref="Ranking.Depth"/> is refused.
/// </summary>
public static class Metrics
{
    /// <summary>
    /// 1 if any of the first k items is relevant (hit rate; cumulative match characteristic).
    /// This is what the metric-learning papers call "Recall@K"; true recall is <see cref="Recall"/>.
    /// </summary>
    public static double Cmc(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        var groups = ranking.Groups;
        if (groups.IsEmpty || groups[0].Before >= k)
            return 0;
        var first = groups[0];
        // The chance that none of the relevant items of the tie stands in the first `places` of it: C(n−m, c) / C(n, c).
        var places = Math.Min(k - first.Before, first.Count);
        var irrelevant = first.Count - first.Relevant;
        var miss = 1.0;
        for (var i = 0; i < places && miss > 0; i++)
            miss *= Math.Max(0, irrelevant - i) / (double)(first.Count - i);
        return 1 - miss;
    }

    /// <summary>True recall: relevant items among the first k, over R. Not the papers' "Recall@K", which is <see cref="Cmc"/>.</summary>
    public static double Recall(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        return Hits(ranking, k) / ranking.Relevant;
    }

    /// <summary>Relevant items among the first k, over k, even where R or the gallery is smaller than k. The other rule is <see cref="PrecisionByReachable"/>.</summary>
    public static double Precision(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        return Hits(ranking, k) / k;
    }

    /// <summary>Relevant items among the first k, over min(R, k): 1 is always reachable. Open-metric-learning calls this "precision@k".</summary>
    public static double PrecisionByReachable(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        return Hits(ranking, k) / Math.Min(ranking.Relevant, k);
    }

    /// <summary>Relevant items among the first R, over R.</summary>
    public static double RPrecision(Ranking ranking)
    {
        Require(ranking, 1, ranking.Relevant);
        return Hits(ranking, ranking.Relevant) / ranking.Relevant;
    }

    /// <summary>
    /// Σ P(i)·rel(i) / R over the whole ranking ("AP", and "mAP" as its mean): rectangular rule, relevant items that were never retrieved count 0.
    /// Re-identification's and Oxford's scripts use <see cref="AveragePrecisionTrapezoid"/>, and metric-learning papers <see cref="MeanAveragePrecisionAtR"/>.
    /// </summary>
    public static double AveragePrecision(Ranking ranking)
    {
        Require(ranking, 1, int.MaxValue);
        return PrecisionSum(ranking, int.MaxValue) / ranking.Relevant;
    }

    /// <summary>
    /// AP by the trapezoid rule of the Market-1501 and Oxford evaluation scripts: ½·(P just before + P at the item) per relevant item, over R,
    /// with P = 1 before the first rank. It differs from <see cref="AveragePrecision"/> by several points.
    /// </summary>
    public static double AveragePrecisionTrapezoid(Ranking ranking)
    {
        Require(ranking, 1, int.MaxValue);
        var sum = 0.0;
        var found = 0;
        foreach (var group in ranking.Groups)
        {
            var share = group.Relevant / (double)group.Count;
            var slope = Slope(group.Count, group.Relevant);
            for (var i = 0; i < group.Count; i++)
            {
                var rank = group.Before + i + 1;
                var hitsBefore = found + i * slope;
                var precisionBefore = rank == 1 ? 1 : hitsBefore / (rank - 1);
                sum += share * 0.5 * (precisionBefore + (hitsBefore + 1) / rank);
            }
            found += group.Relevant;
        }
        return sum / ranking.Relevant;
    }

    /// <summary>
    /// MAP@R: Σ over the first R ranks of P(i)·rel(i), over R ("A Metric Learning Reality Check", Musgrave et al. 2020).
    /// Never above <see cref="RPrecision"/>, and usually far below <see cref="AveragePrecision"/>.
    /// </summary>
    public static double MeanAveragePrecisionAtR(Ranking ranking)
    {
        Require(ranking, 1, ranking.Relevant);
        return PrecisionSum(ranking, ranking.Relevant) / ranking.Relevant;
    }

    /// <summary>Σ over the first k ranks of P(i)·rel(i), over min(R, k). The hashing papers' code divides otherwise: <see cref="AveragePrecisionByHits"/>.</summary>
    public static double AveragePrecisionAt(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        return PrecisionSum(ranking, k) / Math.Min(ranking.Relevant, k);
    }

    /// <summary>
    /// Σ over the first k ranks of P(i)·rel(i), over the hits among them; 0 without a hit. This is "map@k" of Open-metric-learning and of the
    /// DeepHash, HashNet and DCMH scripts. It rewards a ranking that stops finding, so it lies far above <see cref="AveragePrecisionAt"/>;
    /// here only to compare with published figures. With ties it is not linear in the hits, so the expectation is summed over
    /// the (hypergeometric) number of hits that the tie at the cut leaves inside.
    /// </summary>
    public static double AveragePrecisionByHits(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        var sum = 0.0;
        var found = 0;
        foreach (var group in ranking.Groups)
        {
            if (group.Before >= k)
                break;
            if (group.Before + group.Count > k)
                return ExpectedByHitsAcrossCut(group, k - group.Before, sum, found);
            sum += GroupPrecisionSum(group, group.Count, found);
            found += group.Relevant;
        }
        return found == 0 ? 0 : sum / found;
    }

    /// <summary>
    /// Normalised discounted cumulative gain over the first k ranks with gain 1 per relevant item and discount 1 / log₂(rank + 1),
    /// over that of an ideal ranking with min(R, k) hits on top.
    /// </summary>
    public static double Ndcg(Ranking ranking, int k)
    {
        Require(ranking, k, k);
        var gain = 0.0;
        foreach (var group in ranking.Groups)
        {
            if (group.Before >= k)
                break;
            var share = group.Relevant / (double)group.Count;
            var end = Math.Min(k, group.Before + group.Count);
            for (var rank = group.Before + 1; rank <= end; rank++)
                gain += share / Math.Log2(rank + 1);
        }
        var ideal = 0.0;
        for (var rank = 1; rank <= Math.Min(ranking.Relevant, k); rank++)
            ideal += 1 / Math.Log2(rank + 1);
        return gain / ideal;
    }

    private static double Hits(Ranking ranking, int k)
    {
        var hits = 0.0;
        foreach (var group in ranking.Groups)
        {
            if (group.Before >= k)
                break;
            var inside = Math.Min(k - group.Before, group.Count);
            hits += inside == group.Count ? group.Relevant : inside * (double)group.Relevant / group.Count;
        }
        return hits;
    }

    private static double PrecisionSum(Ranking ranking, int k)
    {
        var sum = 0.0;
        var found = 0;
        foreach (var group in ranking.Groups)
        {
            if (group.Before >= k)
                break;
            sum += GroupPrecisionSum(group, Math.Min(k - group.Before, group.Count), found);
            found += group.Relevant;
        }
        return sum;
    }

    /// <summary>
    /// Expected Σ P·rel over the first <paramref name="places"/> positions of a tie. Position i is relevant with chance m/n, and given that,
    /// the others before it are relevant with chance (m−1)/(n−1) each.
    /// </summary>
    private static double GroupPrecisionSum(TieGroup group, int places, int found)
    {
        if (group.Count == 1)
            return (found + 1.0) / (group.Before + 1);
        var slope = Slope(group.Count, group.Relevant);
        var sum = 0.0;
        for (var i = 0; i < places; i++)
            sum += (found + 1 + i * slope) / (group.Before + i + 1);
        return sum * group.Relevant / group.Count;
    }

    private static double ExpectedByHitsAcrossCut(TieGroup group, int places, double sum, int found)
    {
        var irrelevant = group.Count - group.Relevant;
        var expected = 0.0;
        for (var hits = Math.Max(0, places - irrelevant); hits <= Math.Min(places, group.Relevant); hits++)
        {
            var chance = Math.Exp(LogChoose(group.Relevant, hits) + LogChoose(irrelevant, places - hits) - LogChoose(group.Count, places));
            if (found + hits == 0)
                continue;
            var inside = hits == 0 ? 0 : GroupPrecisionSum(new TieGroup(group.Before, places, hits), places, found);
            expected += chance * (sum + inside) / (found + hits);
        }
        return expected;
    }

    private static double LogChoose(int n, int k)
    {
        k = Math.Min(k, n - k);
        var sum = 0.0;
        for (var i = 1; i <= k; i++)
            sum += Math.Log((n - k + i) / (double)i);
        return sum;
    }

    private static double Slope(int count, int relevant) => count == 1 ? 0 : (relevant - 1.0) / (count - 1);

    private static void Require(Ranking ranking, int k, int deepest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (ranking.Relevant == 0)
            throw new ArgumentException("The query has no relevant item in the gallery, so no metric is defined for it; leave it out and count it as a lone query.", nameof(ranking));
        if (deepest > ranking.Depth)
            throw new ArgumentException($"The ranking is known to depth {ranking.Depth} and this metric needs rank {(deepest == int.MaxValue ? "of every relevant item" : deepest)}; compute it to a greater depth.", nameof(ranking));
    }
}
