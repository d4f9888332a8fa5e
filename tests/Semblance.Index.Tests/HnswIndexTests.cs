using System.Buffers.Binary;
using System.IO.Hashing;
using Semblance.Index.Files;
using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class HnswIndexTests : VectorIndexConformance
{
    private const int Rows = 6000;
    private const int Dimension = 24;

    // So large a candidate list visits all that the suite's indexes hold.
    private static readonly HnswOptions s_exhaustive = new() { EfSearch = 20_000, EfConstruction = 40, Storage = VectorStorage.Float32, BuildThreads = 1 };

    private static readonly HnswOptions s_usual = new() { EfSearch = 64, EfConstruction = 48, Storage = VectorStorage.Float32, BuildThreads = 1 };

    protected override IVectorIndex Create(int dimension, Metric metric) => new HnswIndex(dimension, metric, s_exhaustive);

    protected override IVectorIndex Open(string path) => HnswIndex.Open(path, s_exhaustive);

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Most_neighbours_are_found_at_a_hundredth_of_the_rows(Metric metric)
    {
        foreach (var dimension in new[] { Dimension, 100 })
        {
            var vectors = Clustered(dimension, 1);
            if (metric == Metric.InnerProduct)
                VaryLengths(vectors);
            using var index = Filled(vectors, metric, s_usual);
            // The long rows that win most inner products stand far from the query, where the graph leads less surely.
            Assert.InRange(Recall(index, vectors, metric, visits: Rows / 3), metric == Metric.InnerProduct ? 0.88 : 0.97, 1);
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, true, 0.97)]
    [InlineData(Metric.L2, true, 0.97)]
    [InlineData(Metric.InnerProduct, true, 0.85)]
    [InlineData(Metric.Cosine, false, 0.85)]
    public void Most_neighbours_of_rows_are_found(Metric metric, bool clustered, double recall)
    {
        var vectors = clustered ? Clustered(Dimension, 20) : NaiveVectors.Gaussian(Rows, Dimension, 20);
        using var index = Filled(vectors, metric, s_usual);
        using var exact = new ExactVectorIndex(Dimension, metric);
        exact.Build([.. Enumerable.Range(0, Rows).Select(row => (long)row)], vectors);
        long[] ids = [.. Enumerable.Range(0, 200).Select(i => i * 29L)];
        foreach (var options in new SearchOptions[] { new(), new() { Filter = id => id % 3 != 0 }, new() { Threads = 2 } })
        {
            var truth = exact.NeighboursOf(ids, 10, options);
            var found = index.NeighboursOf(ids, 10, options);
            Assert.All(found, hits => Assert.Equal(10, hits.Count));
            Assert.InRange(ids.Select((_, i) => found[i].Intersect(truth[i], SameRow.Instance).Count()).Sum() / (10.0 * ids.Length), recall, 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_order_of_the_rows_asked_for_changes_no_neighbour(int threads)
    {
        var vectors = Clustered(Dimension, 22);
        using var index = Filled(vectors, Metric.L2, s_usual);
        long[] ids = [.. Enumerable.Range(0, Rows).Select(row => (long)row), 5, 5, Rows + 1];
        var together = index.NeighboursOf(ids, 4, new SearchOptions { Threads = threads });
        foreach (var i in new[] { 0, 5, 999, Rows - 1, Rows, Rows + 2 })
            Assert.Equal(index.NeighboursOf([ids[i]], 4)[0], together[i]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => index.NeighboursOf(ids, 4, new SearchOptions { Threads = threads }, cancelled.Token));
    }

    [Fact]
    public void The_neighbours_of_one_row_tell_what_they_took_and_those_of_several_do_not()
    {
        var vectors = Clustered(Dimension, 23);
        using var index = Filled(vectors, Metric.L2, s_usual);
        index.Tune(50);
        var trace = new SearchTrace();
        var options = new SearchOptions { Trace = trace };
        index.NeighboursOf([5, 6], 10, options);
        index.NeighboursOf([Rows + 1], 10, options);
        Assert.Equal((0, 0L, 0L, false, null), Told());
        index.NeighboursOf([5], 10, options);
        var effort = index.RecallCurve!.EffortFor(index.DefaultTargetRecall);
        Assert.Equal((effort, false, index.RecallCurve.RecallAt(effort)), (trace.Effort, trace.Scanned, trace.RecallEstimate));
        Assert.InRange(trace.Visited, 11, Rows / 2);
        Assert.InRange(trace.Rescored, 11, trace.Visited);
        index.NeighboursOf([5], 10, options with { Effort = 33 });
        Assert.Equal((33, 33L, false, index.RecallCurve.RecallAt(33)), (trace.Effort, trace.Rescored, trace.Scanned, trace.RecallEstimate));
        index.NeighboursOf([5], 10, options with { TargetRecall = 1 });
        Assert.Equal((0, 0L, 0L, true, 1f), Told());

        (int Effort, long Visited, long Rescored, bool Scanned, float? Recall) Told() => (trace.Effort, trace.Visited, trace.Rescored, trace.Scanned, trace.RecallEstimate);
    }

    [Fact]
    public void Copies_that_link_only_one_another_do_not_hide_the_other_neighbours()
    {
        var vectors = Clustered(Dimension, 21);
        for (var copy = 0; copy < 100; copy++)
            vectors.Row(50).CopyTo(vectors.Row(1000 + copy));
        using var index = Filled(vectors, Metric.L2, s_usual);
        var hits = index.NeighboursOf([1050], 130)[0];
        Assert.Equal([50, .. Enumerable.Range(1000, 100).Where(id => id != 1050)], hits.Take(100).Select(hit => hit.Id));
        var truth = Truth(vectors, Metric.L2, vectors.Row(50), id => id is not 1050, 130);
        Assert.InRange(hits.Count(hit => truth.Contains(hit.Id)), 127, 130);
    }

    [Fact]
    public void One_thread_builds_the_same_bytes_each_time()
    {
        using var folder = new TemporaryFolder();
        var vectors = Clustered(100, 2);
        foreach (var name in new[] { "a.index", "b.index" })
        {
            using var index = Filled(vectors, Metric.L2, s_usual);
            index.Add(Rows, vectors.Row(5));
            index.Save(folder[name]);
        }
        Assert.Equal(File.ReadAllBytes(folder["a.index"]), File.ReadAllBytes(folder["b.index"]));
    }

    [Fact]
    public void Four_threads_build_as_good_a_graph()
    {
        var vectors = Clustered(Dimension, 3);
        using var index = Filled(vectors, Metric.L2, s_usual with { BuildThreads = 4 });
        Assert.Empty(index.Verify().Problems);
        Assert.InRange(Recall(index, vectors, Metric.L2, visits: Rows / 3), 0.97, 1);
    }

    [Fact]
    public void Rows_added_one_by_one_are_found_like_built_ones()
    {
        var vectors = Clustered(Dimension, 4);
        using var built = Filled(vectors, Metric.L2, s_usual);
        using var grown = new HnswIndex(Dimension, Metric.L2, s_usual);
        for (var row = 0; row < Rows; row++)
            grown.Add(row, vectors.Row(row));
        Assert.Empty(grown.Verify().Problems);
        Assert.InRange(Recall(grown, vectors, Metric.L2), Recall(built, vectors, Metric.L2) - 0.01, 1);
    }

    [Fact]
    public void A_third_removed_and_added_again_costs_no_recall()
    {
        var vectors = Clustered(Dimension, 5);
        using var index = Filled(vectors, Metric.L2, s_usual);
        var fresh = Recall(index, vectors, Metric.L2);
        var gone = Enumerable.Range(0, Rows).Where(row => row % 10 < 3).ToArray();
        foreach (var row in gone)
            Assert.True(index.Remove(row));
        index.Compact();
        Assert.Empty(index.Verify().Problems);
        Assert.Equal(0, index.Statistics.Deleted);
        foreach (var row in gone)
            index.Add(row, vectors.Row(row));
        Assert.Empty(index.Verify().Problems);
        Assert.InRange(Recall(index, vectors, Metric.L2), fresh - 0.01, 1);
    }

    [Fact]
    public void Removed_rows_lead_on_but_are_not_returned()
    {
        var vectors = Clustered(Dimension, 6);
        using var index = Filled(vectors, Metric.L2, s_usual);
        // Below the quarter at which the rows are compacted.
        for (var row = 0; row < Rows; row += 5)
            index.Remove(row);
        Assert.InRange(index.Statistics.Deleted, 1, Rows);
        Assert.InRange(Recall(index, vectors, Metric.L2, row => row % 5 != 0), 0.97, 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.25)]
    public void A_filtered_walk_visits_few_more_nodes_and_finds_no_less(double share)
    {
        var vectors = Clustered(Dimension, 23);
        using var index = Filled(vectors, Metric.L2, s_usual);
        using var exact = new ExactVectorIndex(Dimension, Metric.L2);
        exact.Build([.. Enumerable.Range(0, Rows).Select(row => (long)row)], vectors);
        var random = new SeededRandom(9);
        var allowed = new IdBitmap();
        allowed.AddRange([.. Enumerable.Range(0, Rows).Where(_ => random.NextDouble() < share).Select(row => (long)row)]);
        var (plain, plainVisits) = Walked(new SearchOptions { Effort = 32 });
        var (filtered, visits) = Walked(new SearchOptions { Effort = 32, Allowed = allowed });
        Assert.InRange(filtered, plain - 0.005, 1);
        Assert.InRange(visits, 0, 4 * plainVisits);

        (double Recall, double Visits) Walked(SearchOptions options)
        {
            double found = 0, visited = 0;
            for (var q = 0; q < 100; q++)
            {
                var trace = new SearchTrace();
                var truth = exact.Search(vectors.Row(q * 59), 10, options).Select(hit => hit.Id).ToHashSet();
                // A set that comes again would have its members compared instead.
                found += index.Search(vectors.Row(q * 59), 10, options with { Trace = trace, Allowed = (options.Allowed as IdBitmap)?.Clone() }).Count(hit => truth.Contains(hit.Id));
                visited += trace.Visited;
            }
            return (found / 1000, visited / 100);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.01)]
    [InlineData(0.001)]
    public void Filters_keep_recall_and_always_give_k(double share)
    {
        var vectors = Clustered(Dimension, 7);
        using var index = Filled(vectors, Metric.L2, s_usual);
        var random = new SeededRandom(8);
        var allowed = new IdBitmap();
        for (var row = 0; row < Rows; row++)
        {
            if (random.NextDouble() < share)
                allowed.Add(row);
        }
        Assert.InRange(Recall(index, vectors, Metric.L2, allowed.Contains, options: new SearchOptions { Filter = allowed.Contains }), 0.95, 1);
        Assert.InRange(Recall(index, vectors, Metric.L2, allowed.Contains, options: new SearchOptions { Allowed = allowed }), 0.95, 1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    public void A_set_that_is_used_again_finds_rows_that_lie_together_elsewhere(int clusters)
    {
        var vectors = Clustered(Dimension, 7);
        using var index = Filled(vectors, Metric.L2, s_usual);
        // The rows nearest to a few of them pass: whole regions, most of them far from the query.
        var allowed = new IdBitmap();
        for (var c = 0; c < clusters; c++)
        {
            foreach (var id in Truth(vectors, Metric.L2, vectors.Row(c * 97), _ => true, 150))
                allowed.Add(id);
        }
        var options = new SearchOptions { Allowed = allowed };
        Recall(index, vectors, Metric.L2, allowed.Contains, options, firstQuery: 1500);
        Assert.InRange(Recall(index, vectors, Metric.L2, allowed.Contains, options, firstQuery: 1500), 0.99, 1);
        // Measured by their codes, which costs no scan of the rows.
        var trace = new SearchTrace();
        index.Search(vectors.Row(0), 10, options with { Trace = trace });
        Assert.Equal(allowed.Count < 1000, trace.Scanned);
    }

    [Fact]
    public void Rows_far_from_the_query_pass_a_filter_too()
    {
        var vectors = NaiveVectors.Gaussian(Rows, Dimension, 9);
        using var index = Filled(vectors, Metric.L2, s_usual);
        // Half of the rows pass, none of them on the query's side.
        bool Passes(long id) => vectors[(int)id, 0] > 0;
        var query = new float[Dimension];
        query[0] = -5;
        var hits = index.Search(query, 10, new SearchOptions { Filter = Passes });
        var right = Truth(vectors, Metric.L2, query, Passes, 10);
        Assert.InRange(hits.Count(hit => right.Contains(hit.Id)), 9, 10);
    }

    [Fact]
    public void Every_one_of_many_duplicates_can_be_reached()
    {
        var vectors = Clustered(Dimension, 10);
        for (var row = 1000; row < 3000; row++)
            vectors.Row(0).CopyTo(vectors.Row(row));
        using var index = Filled(vectors, Metric.L2, s_usual);
        Assert.Empty(index.Verify().Problems);
        var hits = index.Search(vectors.Row(0), 2001, new SearchOptions { Effort = 2500 });
        Assert.Equal(2001, hits.Count(hit => hit.Distance == 0));
        // And the rest of the index from a walk that ends among them.
        Assert.InRange(Recall(index, vectors, Metric.L2, firstQuery: 3000), 0.97, 1);
    }

    [Fact]
    public void Longer_rows_than_all_before_are_found_by_inner_product()
    {
        var vectors = Clustered(Dimension, 11);
        using var index = Filled(vectors, Metric.InnerProduct, s_usual);
        var longer = new Matrix(100, Dimension);
        for (var row = 0; row < longer.Rows; row++)
        {
            for (var i = 0; i < Dimension; i++)
                longer[row, i] = vectors[row, i] * 3;
            index.Add(Rows + row, longer.Row(row));
        }
        for (var row = 0; row < longer.Rows; row++)
            Assert.True(index.Search(longer.Row(row), 10)[0].Id >= Rows);
        Assert.Empty(index.Verify().Problems);
    }

    [Fact]
    public void Opened_file_answers_as_before_and_after_warming_too()
    {
        using var folder = new TemporaryFolder();
        var vectors = Clustered(100, 12);
        using var index = Filled(vectors, Metric.Cosine, s_usual);
        index.Save(folder["a.index"]);
        using var opened = HnswIndex.Open(folder["a.index"], s_usual);
        Assert.InRange(opened.Statistics.MappedBytes, Rows * 128, opened.Statistics.BytesTotal);
        Assert.Equal(index.Statistics.BytesPerVector, opened.Statistics.BytesPerVector);
        for (var q = 0; q < 50; q++)
            Assert.Equal(index.Search(vectors.Row(q), 10), opened.Search(vectors.Row(q), 10));
        opened.Warm();
        opened.Warm();
        for (var q = 0; q < 50; q++)
            Assert.Equal(index.Search(vectors.Row(q), 10), opened.Search(vectors.Row(q), 10));
        Assert.Empty(opened.Verify().Problems);
    }

    [Theory]
    [InlineData("links.0", -5)]
    [InlineData("links.0", 6000)]
    [InlineData("links.0", int.MaxValue)]
    [InlineData("links.0", int.MinValue)]
    [InlineData("links.1", 100_000)]
    public void Lying_links_end_no_process_and_are_found_by_verify(string section, int link)
    {
        using var folder = new TemporaryFolder();
        var vectors = Clustered(Dimension, 13);
        using (var index = Filled(vectors, Metric.L2, s_usual))
            index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        Rewrite(bytes, section, words =>
        {
            for (var at = 0; at < words.Length; at += 4 * 7)
                BinaryPrimitives.WriteInt32LittleEndian(words[at..], link);
        });
        File.WriteAllBytes(folder["a.index"], bytes);
        using var opened = HnswIndex.Open(folder["a.index"], s_usual);
        for (var q = 0; q < 50; q++)
            Assert.Equal(10, opened.Search(vectors.Row(q), 10).Count);
        Assert.NotEmpty(opened.Verify().Problems);
        opened.Add(Rows, vectors.Row(1));
        opened.Remove(3);
        Assert.Equal(10, opened.Search(vectors.Row(0), 10).Count);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6000)]
    [InlineData(int.MaxValue)]
    public void Node_that_stands_above_nothing_is_refused(int below)
    {
        using var folder = new TemporaryFolder();
        using (var index = Filled(Clustered(Dimension, 13), Metric.L2, s_usual))
            index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        Rewrite(bytes, "below.1", words => BinaryPrimitives.WriteInt32LittleEndian(words[28..], below));
        File.WriteAllBytes(folder["a.index"], bytes);
        Assert.Equal(IndexFileProblem.Damaged, Assert.Throws<IndexFileException>(() => HnswIndex.Open(folder["a.index"], s_usual)).Problem);
    }

    [Theory]
    [InlineData(0, 0)] // M
    [InlineData(0, 1 << 20)]
    [InlineData(0, 15)]
    [InlineData(4, 0)] // Levels
    [InlineData(4, 17)]
    [InlineData(4, 9)]
    [InlineData(8, 0)] // Trained rows
    [InlineData(24, 0)] // Deviation
    [InlineData(24, 0x7F800000)]
    [InlineData(28, -1)] // Radius
    [InlineData(32, 0)] // Nodes
    [InlineData(32, 5999)]
    [InlineData(36, -1)]
    [InlineData(36, 6001)]
    [InlineData(96, 0x7FC00000)] // Mean
    public void Contradicting_graph_is_refused(int at, int value)
    {
        using var folder = new TemporaryFolder();
        using (var index = Filled(Clustered(Dimension, 14), Metric.L2, s_usual))
            index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        Rewrite(bytes, "graph", head => BinaryPrimitives.WriteInt32LittleEndian(head[at..], value));
        File.WriteAllBytes(folder["a.index"], bytes);
        Assert.Equal(IndexFileProblem.Damaged, Assert.Throws<IndexFileException>(() => HnswIndex.Open(folder["a.index"])).Problem);
    }

    [Fact]
    public async Task Readers_beside_a_writer_always_get_k_right_distances()
    {
        var vectors = Clustered(Dimension, 15);
        using var index = new HnswIndex(Dimension, Metric.L2, s_usual);
        index.Build([.. Enumerable.Range(0, 2000).Select(row => (long)row)], vectors.Slice(0, 2000));
        using var stop = new CancellationTokenSource();
        // Threads of their own: the pool of a small machine would start the second reader when the writer is done.
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Factory.StartNew(() =>
        {
            var random = new SeededRandom(reader);
            long searches = 0;
            while (!stop.IsCancellationRequested)
            {
                var query = vectors.Row(random.NextInt(Rows));
                var hits = index.Search(query, 10);
                Assert.Equal(10, hits.Count);
                Assert.Equal(10, hits.Select(hit => hit.Id).Distinct().Count());
                foreach (var hit in hits)
                    Assert.Equal(MathF.Sqrt(VectorMath.SquaredL2(query, vectors.Row((int)hit.Id))), hit.Distance, 1e-3f);
                searches++;
            }
            return searches;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        for (var row = 2000; row < Rows; row++)
        {
            index.Add(row, vectors.Row(row));
            if (row % 2 == 0)
                index.Remove(row - 1500);
        }
        index.Compact();
        await stop.CancelAsync();
        foreach (var searches in await Task.WhenAll(readers))
            Assert.True(searches > 0);
        Assert.Empty(index.Verify().Problems);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswOptions { M = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswOptions { M = 257 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswOptions { EfConstruction = 7 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswOptions { EfSearch = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswOptions { BuildThreads = 0 });
    }

    // 60 clusters, as real vectors have them: uniform noise in many dimensions has no near neighbours to find.
    private static Matrix Clustered(int dimension, long seed)
    {
        var centers = NaiveVectors.Gaussian(60, dimension, seed);
        var vectors = NaiveVectors.Gaussian(Rows, dimension, seed + 1000);
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < dimension; i++)
                vectors[row, i] = (0.4f * vectors[row, i]) + centers[row * 7 % 60, i];
        }
        return vectors;
    }

    private static void VaryLengths(Matrix vectors)
    {
        var random = new SeededRandom(99);
        for (var row = 0; row < vectors.Rows; row++)
        {
            var factor = 0.3f + random.NextSingle();
            foreach (ref var x in vectors.Row(row))
                x *= factor;
        }
    }

    private static HnswIndex Filled(Matrix vectors, Metric metric, HnswOptions options)
    {
        var index = new HnswIndex(vectors.Columns, metric, options);
        index.Build([.. Enumerable.Range(0, vectors.Rows).Select(row => (long)row)], vectors);
        return index;
    }

    private static HashSet<long> Truth(Matrix vectors, Metric metric, ReadOnlySpan<float> query, Func<long, bool> passes, int k)
    {
        var naive = new NaiveVectors(metric);
        for (var row = 0; row < vectors.Rows; row++)
            naive.Rows[row] = vectors.Row(row).ToArray();
        return [.. naive.Ranking(query.ToArray(), passes).Take(k).Select(hit => hit.Id)];
    }

    // Recall@10 of queries near rows.
    private static double Recall(
        HnswIndex index, Matrix vectors, Metric metric, Func<long, bool>? passes = null, SearchOptions? options = null, int visits = int.MaxValue, int firstQuery = 0)
    {
        const int Queries = 60;
        var noise = NaiveVectors.Gaussian(Queries, vectors.Columns, 77);
        double found = 0;
        for (var q = 0; q < Queries; q++)
        {
            var query = vectors.Row(firstQuery + (q * 31)).ToArray();
            for (var i = 0; i < query.Length; i++)
                query[i] += 0.2f * noise[q, i];
            var truth = Truth(vectors, metric, query, passes ?? (_ => true), 10);
            var trace = new SearchTrace();
            var hits = index.Search(query, 10, (options ?? new SearchOptions()) with { Trace = trace });
            Assert.Equal(truth.Count, hits.Count);
            Assert.InRange(trace.Visited, 0, visits);
            Assert.True(visits == int.MaxValue || !trace.Scanned);
            found += hits.Count(hit => truth.Contains(hit.Id)) / (double)Math.Max(1, truth.Count);
        }
        return found / Queries;
    }

    private sealed class SameRow : IEqualityComparer<Hit>
    {
        public static SameRow Instance { get; } = new();

        public bool Equals(Hit x, Hit y) => x.Id == y.Id;

        public int GetHashCode(Hit hit) => hit.Id.GetHashCode();
    }

    // Changes a section's bytes and makes every checksum fit again: only the content can tell.
    private static void Rewrite(byte[] file, string section, SpanAction change)
    {
        var header = file.AsSpan(0, BitConverter.ToInt32(file, 12));
        for (var entry = IndexFileLayout.FixedHeader; ; entry += IndexFileLayout.SectionEntry)
        {
            var name = System.Text.Encoding.ASCII.GetString(header.Slice(entry, IndexFileLayout.NameLength)).TrimEnd('\0');
            if (name != section)
                continue;
            var bytes = file.AsSpan((int)BitConverter.ToInt64(file, entry + 16), (int)BitConverter.ToInt64(file, entry + 24));
            change(bytes);
            BinaryPrimitives.WriteUInt64LittleEndian(header[(entry + 32)..], XxHash64.HashToUInt64(bytes));
            BinaryPrimitives.WriteUInt64LittleEndian(header[^IndexFileLayout.Checksum..], XxHash64.HashToUInt64(header[..^IndexFileLayout.Checksum]));
            return;
        }
    }

    private delegate void SpanAction(Span<byte> bytes);
}
