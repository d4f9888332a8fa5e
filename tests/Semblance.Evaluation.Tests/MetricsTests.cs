using Semblance.Numerics;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class MetricsTests
{
    private static readonly Ranking s_published = Ranking.FromRelevance([true, false, true, false, false, true], relevant: 4);

    [Fact]
    public void The_trap_table_one_ranking_under_each_codes_rule()
    {
        Assert.Equal(0.542, Metrics.AveragePrecision(s_published), 0.0005);
        Assert.Equal(0.508, Metrics.AveragePrecisionTrapezoid(s_published), 0.0005);
        Assert.Equal(0.417, Metrics.MeanAveragePrecisionAtR(s_published), 0.0005);
        Assert.Equal(0.417, Metrics.AveragePrecisionAt(s_published, 5), 0.0005);
        Assert.Equal(0.833, Metrics.AveragePrecisionByHits(s_published, 5), 0.0005);
        Assert.Equal(0.5, Metrics.RPrecision(s_published), 12);
        Assert.Equal(0.4, Metrics.Precision(s_published, 5), 12);
        Assert.Equal(0.5, Metrics.PrecisionByReachable(s_published, 5), 12);
        Assert.Equal(1.0, Metrics.Cmc(s_published, 5), 12);
        Assert.Equal(0.5, Metrics.Recall(s_published, 5), 12);
    }

    [Fact]
    public void Expected_average_precision_of_two_tie_groups_is_the_published_fraction() =>
        Assert.Equal(181.0 / 270, Metrics.AveragePrecision(Rankings.Of(3, [1, 0], [1, 1, 0])), 14);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void With_ties_every_metric_is_its_mean_over_all_orders(int missing)
    {
        var random = new SeededRandom(20 + missing);
        for (var trial = 0; trial < 25; trial++)
        {
            var groups = Rankings.Random(random);
            var r = groups.Sum(g => g.Sum()) + missing;
            var ranking = Rankings.Of(r, groups);
            Check(Metrics.AveragePrecision, g => NaiveMetrics.ApSum(g, g.Length) / r);
            Check(Metrics.AveragePrecisionTrapezoid, g => NaiveMetrics.ApTrapezoid(g, r));
            Check(Metrics.MeanAveragePrecisionAtR, g => NaiveMetrics.ApSum(g, r) / r);
            Check(Metrics.RPrecision, g => NaiveMetrics.Hits(g, r) / r);
            foreach (var k in new[] { 1, 2, 3, 5, 9, 20 })
            {
                Check(x => Metrics.Cmc(x, k), g => NaiveMetrics.Cmc(g, k));
                Check(x => Metrics.Recall(x, k), g => NaiveMetrics.Hits(g, k) / r);
                Check(x => Metrics.Precision(x, k), g => NaiveMetrics.Hits(g, k) / k);
                Check(x => Metrics.PrecisionByReachable(x, k), g => NaiveMetrics.Hits(g, k) / Math.Min(r, k));
                Check(x => Metrics.AveragePrecisionAt(x, k), g => NaiveMetrics.ApSum(g, k) / Math.Min(r, k));
                Check(x => Metrics.AveragePrecisionByHits(x, k), g => NaiveMetrics.ApByHits(g, k));
                Check(x => Metrics.Ndcg(x, k), g => NaiveMetrics.Ndcg(g, k, r));
            }

            void Check(Func<Ranking, double> metric, Func<int[], double> naive) =>
                Assert.Equal(Rankings.OverAllOrders(groups, naive), metric(ranking), 1e-12);
        }
    }

    [Fact]
    public void Bracket_is_the_best_and_the_worst_order()
    {
        var random = new SeededRandom(5);
        for (var trial = 0; trial < 40; trial++)
        {
            var groups = Rankings.Random(random);
            var r = groups.Sum(g => g.Sum());
            var ranking = Rankings.Of(r, groups);
            double Naive(int[] g) => NaiveMetrics.ApSum(g, g.Length) / r;
            Assert.Equal(Rankings.Extreme(groups, Naive, highest: true), Metrics.AveragePrecision(ranking.Optimistic()), 1e-12);
            Assert.Equal(Rankings.Extreme(groups, Naive, highest: false), Metrics.AveragePrecision(ranking.Pessimistic()), 1e-12);
        }
    }

    [Fact]
    public void Random_strict_orders_agree_with_the_definitions()
    {
        var random = new SeededRandom(9);
        for (var trial = 0; trial < 100; trial++)
        {
            var g = new int[1 + random.NextInt(60)];
            for (var i = 0; i < g.Length; i++)
                g[i] = random.NextInt(5) == 0 ? 1 : 0;
            g[random.NextInt(g.Length)] = 1;
            var r = g.Sum();
            var ranking = Ranking.FromRelevance([.. g.Select(x => x == 1)]);
            Assert.False(ranking.HasTies);
            Assert.Equal(NaiveMetrics.ApSum(g, g.Length) / r, Metrics.AveragePrecision(ranking), 1e-12);
            Assert.Equal(NaiveMetrics.ApTrapezoid(g, r), Metrics.AveragePrecisionTrapezoid(ranking), 1e-12);
            Assert.Equal(NaiveMetrics.ApSum(g, r) / r, Metrics.MeanAveragePrecisionAtR(ranking), 1e-12);
            Assert.Equal(NaiveMetrics.Ndcg(g, 10, r), Metrics.Ndcg(ranking, 10), 1e-12);
            Assert.Equal(NaiveMetrics.ApByHits(g, 10), Metrics.AveragePrecisionByHits(ranking, 10), 1e-12);
            Assert.Equal(NaiveMetrics.Cmc(g, 4), Metrics.Cmc(ranking, 4), 1e-12);
        }
    }

    [Fact]
    public void A_large_tie_neither_overflows_nor_loses_the_expectation()
    {
        var tie = new Ranking([new TieGroup(0, 50_000, 5_000)], 5_000);
        Assert.Equal(0.1, Metrics.Precision(tie, 100), 12);
        // P(no hit in 10 draws) without replacement.
        var miss = Enumerable.Range(0, 10).Aggregate(1.0, (p, i) => p * (45_000.0 - i) / (50_000.0 - i));
        Assert.Equal(1 - miss, Metrics.Cmc(tie, 10), 1e-12);
        // One item in the top 1: AP by hits is the chance that it is relevant.
        Assert.Equal(0.1, Metrics.AveragePrecisionByHits(tie, 1), 1e-9);
        Assert.InRange(Metrics.AveragePrecision(tie), 0.1, 0.1003);
    }

    [Fact]
    public void A_lone_query_and_a_rank_beyond_the_depth_are_refused()
    {
        var lone = new Ranking([], 0);
        Assert.Contains("no relevant item", Assert.Throws<ArgumentException>(() => Metrics.Cmc(lone, 1)).Message);
        var shallow = new Ranking([new TieGroup(0, 1, 1)], 5, depth: 3);
        Assert.Equal(1, Metrics.Cmc(shallow, 3));
        Assert.Throws<ArgumentException>(() => Metrics.Cmc(shallow, 4));
        Assert.Throws<ArgumentException>(() => Metrics.MeanAveragePrecisionAtR(shallow));
        Assert.Throws<ArgumentException>(() => Metrics.AveragePrecision(shallow));
        Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.Precision(shallow, 0));
    }

    [Fact]
    public void Nothing_found_scores_zero_everywhere()
    {
        var missed = new Ranking([], 3);
        foreach (var metric in RetrievalMetric.Standard([1, 5]))
            Assert.Equal(0, metric.Score(missed));
    }
}
