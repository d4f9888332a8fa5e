using Semblance.Index;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class RetrievalResultsTests
{
    [Fact]
    public void Metrics_up_to_the_depth_are_those_of_the_whole_ranking()
    {
        var (vectors, labels) = Scatter.Lattice(120, 8, 3, seed: 21);
        var source = new VectorDistances(vectors, vectors, Metric.L2);
        var comparer = new SingleLabels(labels);
        var whole = RetrievalResults.Compute(source, comparer, new RetrievalOptions { LeaveOneOut = true, Depth = 119 });
        var shallow = RetrievalResults.Compute(source, comparer, new RetrievalOptions { LeaveOneOut = true, Depth = 7 });
        foreach (var k in new[] { 1, 3, 7 })
        {
            foreach (var metric in new Func<Ranking, double>[] { r => Metrics.Cmc(r, k), r => Metrics.Recall(r, k), r => Metrics.Ndcg(r, k), r => Metrics.AveragePrecisionByHits(r, k) })
                Assert.Equal(whole.Mean(metric), shallow.Mean(metric), 1e-12);
        }
        Assert.Throws<ArgumentException>(() => shallow.Mean(r => Metrics.Cmc(r, 8)));
        Assert.InRange(whole.Mean(Metrics.AveragePrecision), 0.01, 1);
    }

    [Fact]
    public void Hits_are_sorted_without_the_query()
    {
        var (vectors, labels) = Scatter.Lattice(90, 8, 3, seed: 22);
        var results = RetrievalResults.Compute(vectors, labels, vectors, labels, Metric.L2, new RetrievalOptions { LeaveOneOut = true, Depth = 10, Threads = 2 });
        for (var q = 0; q < results.Queries; q++)
        {
            var naive = Enumerable.Range(0, 90).Where(i => i != q)
                .Select(i => (Item: i, Square: Enumerable.Range(0, 3).Sum(d => (vectors[q, d] - vectors[i, d]) * (vectors[q, d] - vectors[i, d]))))
                .OrderBy(h => h.Square).ThenBy(h => h.Item).Take(10);
            Assert.Equal(naive.Select(h => new RetrievalHit(h.Item, MathF.Sqrt(h.Square), labels[h.Item] == labels[q])), results.Hits(q));
        }
    }

    [Fact]
    public void Given_rankings_count_what_they_leave_out_as_never_retrieved()
    {
        var labels = new SingleLabels([1], [1, 0, 1, 0, 0, 1, 1]);
        var results = RetrievalResults.FromRankings([[(0, 0.1f), (1, 0.2f), (2, 0.3f), (3, 0.4f), (4, 0.5f), (5, 0.6f)]], labels);
        Assert.Equal(0.5416666, results.Mean(Metrics.AveragePrecision), 1e-6);
        var tied = RetrievalResults.FromRankings([[(0, 1), (1, 1), (2, 2), (5, 2), (3, 2)]], new SingleLabels([1], [1, 0, 1, 0, 0, 1]));
        Assert.Equal(181.0 / 270, tied.Mean(Metrics.AveragePrecision), 1e-12);
        Assert.Equal(0, tied.LoneQueries);
    }

    [Fact]
    public void Rankings_that_cannot_be_are_refused()
    {
        var labels = new SingleLabels([1], [1, 0, 1]);
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[(0, 2), (1, 1)]], labels));
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[(0, 1), (0, 2)]], labels));
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[(0, float.NaN)]], labels));
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[(3, 1)]], labels));
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([], labels));
    }

    [Fact]
    public void Rankings_without_distances_are_scored_by_their_order()
    {
        // By hand: relevant at ranks 1 and 3 of two, and at rank 2 of one.
        var results = RetrievalResults.FromRankings([[0, 1, 2], [0, 1, 2]], [7, 8], [7, 8, 7]);
        Assert.Equal((1 + (2.0 / 3)) / 2, Metrics.AveragePrecision(results.RankingOf(0)), 12);
        Assert.Equal(0.5, Metrics.AveragePrecision(results.RankingOf(1)), 12);
        Assert.Equal(0.5, results.Mean(ranking => Metrics.Cmc(ranking, 1)), 12);
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[0, 0]], [7], [7]));
        Assert.Throws<ArgumentException>(() => RetrievalResults.FromRankings([[1]], [7], [7]));
    }

    [Fact]
    public void Junk_is_taken_out_before_ranks_are_counted()
    {
        var results = RetrievalResults.FromRankings([[(0, 1), (1, 2), (2, 3)]], new SameCamera());
        Assert.Equal([1, 2], results.Hits(0).Select(h => h.Item));
        Assert.Equal(1, Metrics.Cmc(results.RankingOf(0), 1));
        Assert.Equal(1, results.RankingOf(0).Relevant);
    }

    private sealed class SameCamera : ILabelComparer
    {
        public int Queries => 1;

        public int Gallery => 3;

        public void Mark(int query, Span<Relevance> row)
        {
            row[0] = Relevance.Junk;
            row[1] = Relevance.Relevant;
            row[2] = Relevance.Irrelevant;
        }

        public int? ClassOfQuery(int query) => null;

        public int? ClassOfGallery(int item) => null;
    }
}
