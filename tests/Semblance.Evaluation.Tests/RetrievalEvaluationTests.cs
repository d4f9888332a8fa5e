using Semblance.Index;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class RetrievalEvaluationTests
{
    private static readonly EvaluationOptions s_quick = new() { BootstrapSamples = 20, Threads = 2 };

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.InnerProduct)]
    public void Streaming_equals_the_naive_matrix(Metric metric)
    {
        // 150 queries are three blocks; whole numbers make the naive distances exact, with many ties.
        var (vectors, labels) = Scatter.Lattice(150, 12, 5, seed: 4);
        var report = RetrievalEvaluation.LeaveOneOut(vectors, labels, metric, s_quick);
        var expected = new Dictionary<string, double>();
        var standard = RetrievalMetric.Standard([1, 5, 10]);
        var scored = 0;
        for (var q = 0; q < vectors.Rows; q++)
        {
            var distances = new float[vectors.Rows];
            for (var i = 0; i < vectors.Rows; i++)
            {
                for (var d = 0; d < vectors.Columns; d++)
                    distances[i] += metric == Metric.L2 ? (vectors[q, d] - vectors[i, d]) * (vectors[q, d] - vectors[i, d]) : -vectors[q, d] * vectors[i, d];
            }
            var others = Enumerable.Range(0, vectors.Rows).Where(i => i != q).ToArray();
            var groups = others.GroupBy(i => distances[i]).OrderBy(g => g.Key).Select(g => g.Select(i => labels[i] == labels[q] ? 1 : 0).ToArray()).ToArray();
            if (groups.Sum(g => g.Sum()) == 0)
                continue;
            scored++;
            foreach (var m in standard)
                expected[m.Name] = expected.GetValueOrDefault(m.Name) + m.Score(Rankings.Of(null, groups));
        }
        Assert.Equal(scored, report.Queries);
        Assert.Equal(150 - scored, report.LoneQueries);
        foreach (var m in standard)
            Assert.Equal(expected[m.Name] / scored, report.Metrics[m.Name].Value, 1e-12);
    }

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.InnerProduct)]
    [InlineData(Metric.Cosine)]
    public void Rows_that_are_not_in_memory_are_ranked_as_the_same_matrix(Metric metric)
    {
        // Several reads of the gallery for a block of queries, and several blocks: 700 × 600 floats are more than a megabyte.
        var (vectors, labels) = Scatter.Classes(700, 20, 600, 6, seed: 8);
        var inMemory = RetrievalEvaluation.LeaveOneOut(vectors, labels, metric, s_quick);
        var streamed = RetrievalEvaluation.LeaveOneOut(new CopiedRows(vectors), labels, metric, s_quick, TestContext.Current.CancellationToken);
        Assert.Equal(inMemory.Metrics, streamed.Metrics);
        Assert.InRange(streamed.Metrics["map"].Value, 0.1, 0.99);
        Assert.Contains("ami", streamed.Metrics.Keys);

        var gallery = new CopiedRows(vectors.Slice(100, 600));
        var asked = RetrievalEvaluation.QueryGallery(vectors.Slice(0, 100), labels.AsSpan(0, 100), vectors.Slice(100, 600), labels.AsSpan(100), metric, s_quick);
        Assert.Equal(asked.Metrics, RetrievalEvaluation.QueryGallery(new CopiedRows(vectors.Slice(0, 100)), labels.AsSpan(0, 100), gallery, labels.AsSpan(100), metric, s_quick, TestContext.Current.CancellationToken).Metrics);
        // Once to be checked, and once for each of the two blocks of queries.
        Assert.Equal(3, gallery.Passes);
    }

    [Fact]
    public void Every_distance_lies_in_the_range_that_is_stated()
    {
        // As far apart as lengths allow: on opposite sides of the origin.
        var (queries, gallery) = (Matrix.FromRows([[3, 0], [0, -1]]), Matrix.FromRows([[-4, 0], [0, 2]]));
        Assert.Equal(new DistanceRange(0, 7), new VectorDistances(queries, gallery, Metric.L2).Range);
        Assert.Equal(new DistanceRange(-12, 12), new VectorDistances(queries, gallery, Metric.InnerProduct).Range);
        foreach (var metric in Enum.GetValues<Metric>().Where(metric => metric != Metric.Hamming))
        {
            var source = new VectorDistances(queries, gallery, metric);
            var block = new float[4];
            source.Fill(0, block);
            Assert.All(block, distance => Assert.InRange(distance, source.Range.Minimum, source.Range.Maximum));
        }
    }

    [Fact]
    public void Cosine_equals_a_double_precision_sort()
    {
        var (vectors, labels) = Scatter.Classes(130, 9, 8, 0.8, seed: 6);
        var report = RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, s_quick);
        double Cosine(int a, int b)
        {
            double dot = 0, aa = 0, bb = 0;
            for (var d = 0; d < vectors.Columns; d++)
            {
                dot += (double)vectors[a, d] * vectors[b, d];
                aa += (double)vectors[a, d] * vectors[a, d];
                bb += (double)vectors[b, d] * vectors[b, d];
            }
            return dot / Math.Sqrt(aa * bb);
        }
        var map = Enumerable.Range(0, 130).Average(q =>
        {
            int[] g = [.. Enumerable.Range(0, 130).Where(i => i != q).OrderByDescending(i => Cosine(q, i)).Select(i => labels[i] == labels[q] ? 1 : 0)];
            return NaiveMetrics.ApSum(g, g.Length) / g.Sum();
        });
        Assert.Equal(map, report.Metrics["map"].Value, 1e-4);
        var pairs = from a in Enumerable.Range(0, 130) from b in Enumerable.Range(0, 130) where a != b select (Same: labels[a] == labels[b], Distance: (float)(1 - Cosine(a, b)));
        var exact = VerificationCurve.FromDistances([.. pairs.Where(p => p.Same).Select(p => p.Distance)], [.. pairs.Where(p => !p.Same).Select(p => p.Distance)]);
        Assert.Equal(exact.Auc(), report.Metrics["auc"].Value, 1e-4);
        Assert.Equal(exact.FnmrAtFmr(0.001), report.Metrics["fnmr@fmr=0.001"].Value, 0.01);
    }

    [Fact]
    public void Leave_one_out_excludes_the_query_and_keeps_its_duplicate()
    {
        // Two pairs of identical rows; the second pair's rows are of different classes.
        var vectors = Matrix.FromRows([[1, 0], [1, 0], [0, 1], [0, 1]]);
        int[] labels = [1, 1, 2, 1];
        foreach (var metric in new[] { Metric.Cosine, Metric.L2, Metric.InnerProduct })
        {
            var report = RetrievalEvaluation.LeaveOneOut(vectors, labels, metric, s_quick with { At = [1], Verification = false });
            // Row 2 is alone in its class. Rows 0 and 1 find each other first, then rows 2 and 3 in a tie; row 3 finds row 2 first, then both of its own.
            Assert.Equal(1, report.LoneQueries);
            Assert.Equal(2.0 / 3, report.Metrics["cmc@1"].Value, 12);
            Assert.Equal((2 * (1 + (1 + 2.0 / 3) / 2) / 2 + (0.5 + 2.0 / 3) / 2) / 3, report.Metrics["map"].Value, 12);
        }
    }

    [Fact]
    public void Hamming_between_float_vectors_is_refused()
    {
        var vectors = new Matrix(2, 3);
        Assert.Contains("Hamming", Assert.Throws<ArgumentException>(() => new VectorDistances(vectors, vectors, Metric.Hamming)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicates_tie_at_any_place_in_a_block()
    {
        var random = new SeededRandom(2);
        var vectors = new Matrix(301, 37);
        foreach (ref var value in vectors.Row(0))
            value = (float)random.NextGaussian();
        for (var i = 1; i < vectors.Rows; i++)
            vectors.Row(0).CopyTo(vectors.Row(i));
        foreach (var metric in new[] { Metric.Cosine, Metric.L2, Metric.InnerProduct })
        {
            var block = new float[301 * 3];
            new VectorDistances(vectors, vectors, metric).Fill(5, block);
            Assert.Single(block.Distinct());
        }
    }

    [Fact]
    public void Same_seed_same_report_whatever_the_threads()
    {
        var (vectors, labels) = Scatter.Classes(200, 10, 6, 1, seed: 8);
        var one = RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, s_quick with { Threads = 1, Seed = 3 });
        var four = RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, s_quick with { Threads = 4, Seed = 3 });
        Assert.Equal(one.Metrics, four.Metrics);
        Assert.Equal(one.Worst, four.Worst);
        Assert.NotEqual(one.Metrics["map"].Low, RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, s_quick with { Seed = 4 }).Metrics["map"].Low);
    }

    [Fact]
    public void Lone_queries_are_left_out_and_counted()
    {
        var queries = Matrix.FromRows([[0f], [5f], [9f]]);
        var gallery = Matrix.FromRows([[0f], [5f]]);
        var report = RetrievalEvaluation.QueryGallery(queries, [1, 2, 3], gallery, [1, 2], Metric.L2, s_quick);
        Assert.Equal("query-gallery", report.Protocol);
        Assert.Equal(2, report.Queries);
        Assert.Equal(2, report.Gallery);
        Assert.Equal(1, report.LoneQueries);
        Assert.Equal(1, report.Metrics["map"].Value, 12);
        var none = Assert.Throws<ArgumentException>(() => RetrievalEvaluation.QueryGallery(queries, [7, 8, 9], gallery, [1, 2], Metric.L2, s_quick));
        Assert.Contains("None of the 3 queries", none.Message);
    }

    [Fact]
    public void Worst_classes_come_first_with_what_takes_their_place()
    {
        // Class 0 is clean; class 1 lies among class 2.
        var vectors = Matrix.FromRows([[0f], [0.1f], [10f], [20f], [10.1f], [20.1f], [15f], [15.1f]]);
        var report = RetrievalEvaluation.LeaveOneOut(vectors, [0, 0, 1, 1, 2, 2, 2, 2], Metric.L2, s_quick with { Worst = 2, ClassName = c => "abc"[c].ToString() });
        Assert.Equal(["b", "c"], report.Worst.Select(w => w.Class));
        Assert.Equal(new ClassScore("b", 2, 0, 0, "c"), report.Worst[0]);
        Assert.Equal("b", report.Worst[1].MostConfusedWith);
        Assert.Equal(0.5, report.Worst[1].CmcAt1, 12);
        Assert.Equal((1 + 0 + 0.5) / 3, report.Metrics["macro_cmc@1"].Value, 12);
    }

    [Fact]
    public void Codes_report_the_expectation_between_its_brackets()
    {
        var random = new SeededRandom(13);
        int[] labels = [.. Enumerable.Range(0, 120).Select(i => i % 6)];
        ulong[] codes = [.. labels.Select(l => (ulong)(l * 37 + random.NextInt(16)) & 0xFF)];
        var report = RetrievalEvaluation.Run("leave-one-out", new CodeDistances(codes, codes, 8), new SingleLabels(labels), leaveOneOut: true, s_quick);
        var map = report.Metrics["map"].Value;
        Assert.True(report.Metrics["map_pessimistic"].Value < map - 0.01);
        Assert.True(report.Metrics["map_optimistic"].Value > map + 0.01);
        // The mean over many shuffles of strict orders approaches the expectation.
        var shuffled = 0.0;
        for (var trial = 0; trial < 40; trial++)
        {
            shuffled += Enumerable.Range(0, 120).Average(q =>
            {
                int[] g = [.. Enumerable.Range(0, 120).Where(i => i != q).OrderBy(i => System.Numerics.BitOperations.PopCount(codes[q] ^ codes[i])).ThenBy(_ => random.NextUInt64()).Select(i => labels[i] == labels[q] ? 1 : 0)];
                return NaiveMetrics.ApSum(g, g.Length) / g.Sum();
            }) / 40;
        }
        Assert.Equal(shuffled, map, 0.003);
    }

    [Theory]
    [InlineData(8, 0.178, 0.283, 0.128)]
    [InlineData(16, 0.236, 0.313, 0.187)]
    [InlineData(48, 0.330, 0.383, 0.287)]
    public void Published_map_of_noisy_codes_by_tie_rule(int bits, double expected, double optimistic, double pessimistic)
    {
        // 10 classes of 100 codes, 30 % of the bits flipped; the mean over draws of the class codes, which move one draw by several points.
        var sums = new double[3];
        const int Draws = 20;
        for (var draw = 0; draw < Draws; draw++)
        {
            var random = new SeededRandom(100 * bits + draw);
            ulong[] centres = [.. Enumerable.Range(0, 10).Select(_ => random.NextUInt64() >> (64 - bits))];
            int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 10)];
            ulong[] codes = [.. labels.Select(l => Enumerable.Range(0, bits).Aggregate(centres[l], (code, bit) => random.NextDouble() < 0.3 ? code ^ (1UL << bit) : code))];
            var metrics = new RetrievalMetric[]
            {
                new("expected", Metrics.AveragePrecision), new("optimistic", r => Metrics.AveragePrecision(r.Optimistic())), new("pessimistic", r => Metrics.AveragePrecision(r.Pessimistic())),
            };
            var options = new EvaluationOptions { Metrics = metrics, BootstrapSamples = 0, Verification = false, Threads = 2 };
            var report = RetrievalEvaluation.Run("leave-one-out", new CodeDistances(codes, codes, bits), new SingleLabels(labels), leaveOneOut: true, options);
            for (var m = 0; m < 3; m++)
                sums[m] += report.Metrics[metrics[m].Name].Value / Draws;
        }
        Assert.Equal(expected, sums[0], 0.03);
        Assert.Equal(optimistic, sums[1], 0.03);
        Assert.Equal(pessimistic, sums[2], 0.03);
    }

    [Fact]
    public void Items_that_share_a_label_are_relevant()
    {
        int[][] labels = [[0], [0, 1], [1, 70], [70], []];
        var comparer = new SharedLabels(labels, labels);
        var row = new Relevance[5];
        comparer.Mark(1, row);
        Assert.Equal([Relevance.Relevant, Relevance.Relevant, Relevance.Relevant, Relevance.Irrelevant, Relevance.Irrelevant], row);
        comparer.Mark(3, row);
        Assert.Equal([Relevance.Irrelevant, Relevance.Irrelevant, Relevance.Relevant, Relevance.Relevant, Relevance.Irrelevant], row);
        Assert.Equal(0, comparer.ClassOfQuery(0));
        Assert.Null(comparer.ClassOfQuery(1));
        var vectors = Matrix.FromRows([[0f], [1f], [2f], [3f], [9f]]);
        var report = RetrievalEvaluation.Run("leave-one-out", new VectorDistances(vectors, vectors, Metric.L2), comparer, leaveOneOut: true, s_quick);
        Assert.Equal(1, report.LoneQueries);
        Assert.Equal(1, report.Metrics["cmc@5"].Value, 12);
        Assert.Throws<ArgumentException>(() => new SharedLabels([[-1]], [[0]]));
    }

    [Fact]
    public void Clustering_finds_classes_that_lie_apart_and_no_others()
    {
        var (apart, labels) = Scatter.Classes(120, 4, 16, 0.05, seed: 2);
        var clean = RetrievalEvaluation.LeaveOneOut(apart, labels, Metric.Cosine, s_quick);
        Assert.InRange(clean.Metrics["ami"].Value, 0.6, 1);
        Assert.True(clean.Metrics["nmi"].Value >= clean.Metrics["ami"].Value);
        var (mixed, _) = Scatter.Classes(120, 1, 16, 1, seed: 2);
        Assert.InRange(RetrievalEvaluation.LeaveOneOut(mixed, labels, Metric.Cosine, s_quick).Metrics["ami"].Value, -0.1, 0.1);
        Assert.DoesNotContain("nmi", RetrievalEvaluation.LeaveOneOut(apart, labels, Metric.Cosine, s_quick with { Clustering = false }).Metrics.Keys);
    }

    [Fact]
    public void Clusters_of_cosine_ignore_length()
    {
        // Two directions with lengths that differ more than the directions do.
        var vectors = Matrix.FromRows([[1f, 0.1f], [100f, 8f], [10f, 0.5f], [0.1f, 1f], [8f, 100f], [0.5f, 10f]]);
        var report = RetrievalEvaluation.LeaveOneOut(vectors, [0, 0, 0, 1, 1, 1], Metric.Cosine, s_quick);
        Assert.Equal(1, report.Metrics["nmi"].Value, 1e-12);
        Assert.True(RetrievalEvaluation.LeaveOneOut(vectors, [0, 0, 0, 1, 1, 1], Metric.L2, s_quick).Metrics["nmi"].Value < 0.9);
    }

    [Fact]
    public void A_vector_that_is_not_finite_is_named()
    {
        var bad = Matrix.FromRows([[0f, 1f], [float.NaN, 0f]]);
        Assert.Contains("Row 1", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.LeaveOneOut(bad, [0, 0], Metric.L2)).Message);
        Assert.Contains("labels for 3 queries", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.LeaveOneOut(new Matrix(2, 2), [0, 0, 0], Metric.L2)).Message);
        Assert.Contains("nothing to rank", Assert.Throws<ArgumentException>(() => RetrievalEvaluation.LeaveOneOut(new Matrix(0, 2), [], Metric.L2)).Message);
    }

    [Fact]
    public void A_source_that_gives_not_a_number_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Run("query-gallery", new Broken(), new SingleLabels([1], [1, 2]), leaveOneOut: false));
        Assert.Contains("NaN", error.Message);
    }

    [Fact]
    public void A_zero_vector_is_at_cosine_distance_one()
    {
        var vectors = Matrix.FromRows([[0f, 0f], [3f, 4f], [1e-30f, 0f], [1e30f, 0f]]);
        var block = new float[16];
        new VectorDistances(vectors, vectors, Metric.Cosine).Fill(0, block);
        Assert.Equal([1f, 1f, 1f, 1f], block[..4]);
        Assert.Equal(0.4f, block[6], 1e-6f);
        Assert.Equal(0f, block[11], 1e-6f);
    }

    [Fact]
    public void Json_has_the_contracts_keys()
    {
        var (vectors, labels) = Scatter.Classes(40, 4, 6, 1, seed: 1);
        var report = RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, s_quick with { At = [1, 4, 10] });
        Assert.Equal(("leave-one-out", 40, 40), (report.Protocol, report.Queries, report.Gallery));
        foreach (var key in (string[])["cmc@1", "recall@10", "precision@4", "map", "map@r", "r_precision", "ndcg@10"])
        {
            var value = report.Metrics[key];
            Assert.InRange(value.Value, value.Low!.Value, value.High!.Value);
        }
        foreach (var key in (string[])["nmi", "ami", "auc", "fnmr@fmr=0.001"])
            Assert.Null(report.Metrics[key].Low);
        Assert.All(report.Metrics.Keys, key => Assert.Equal(key.ToLowerInvariant(), key));
    }

    [Fact]
    public void Cancellation_is_obeyed()
    {
        var (vectors, labels) = Scatter.Classes(40, 4, 6, 1, seed: 1);
        Assert.ThrowsAny<OperationCanceledException>(() => RetrievalEvaluation.LeaveOneOut(vectors, labels, Metric.Cosine, cancellationToken: new CancellationToken(canceled: true)));
    }

    private sealed class Broken : IDistanceSource
    {
        public int Queries => 1;

        public int Gallery => 2;

        public DistanceRange Range => new(0, 1);

        public void Fill(int firstQuery, Span<float> block) => block.Fill(float.NaN);
    }
}
