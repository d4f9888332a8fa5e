using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.InvertedFile;

/// <summary>Recall against exact search on clustered vectors, and what happens to it as an index changes.</summary>
public sealed class InvertedFileTests
{
    private const int Rows = 12_000;
    private const int Dimension = 48;

    public static TheoryData<string, Metric> Kinds
    {
        get
        {
            var data = new TheoryData<string, Metric>();
            foreach (var kind in new[] { IvfFlatIndex.KindName, IvfPqIndex.KindName, IvfFastScanIndex.KindName })
            {
                foreach (var metric in VectorMetrics.All)
                    data.Add(kind, metric);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Few_lists_find_most_neighbours_and_more_find_more(string kind, Metric metric)
    {
        var data = Clustered(Rows, 1);
        using var exact = new ExactVectorIndex(Dimension, metric);
        using var index = Create(kind, metric, new IvfOptions { Storage = VectorStorage.Float32 });
        exact.Build(Ids(Rows), data);
        index.Build(Ids(Rows), data);
        var queries = Clustered(60, 2);
        var few = Recall(exact, index, queries, 2);
        var many = Recall(exact, index, queries, 64);
        Assert.True(few < many, $"{few} with two lists, {many} with 64.");
        Assert.True(many >= 0.97, $"{many} of the neighbours were found.");
        var trace = new SearchTrace();
        index.Search(queries.Row(0), 10, new SearchOptions { Effort = 2, Trace = trace });
        Assert.False(trace.Scanned);
        Assert.InRange(trace.Visited, 10, Rows / 4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_that_come_later_are_found_without_learning_again(string kind, Metric metric)
    {
        var data = Clustered(Rows, 3);
        using var exact = new ExactVectorIndex(Dimension, metric);
        using var grown = Create(kind, metric, new IvfOptions { Lists = 128 });
        using var fresh = Create(kind, metric, new IvfOptions { Lists = 128 });
        exact.Build(Ids(Rows), data);
        fresh.Build(Ids(Rows), data);
        grown.Build(Ids(Rows / 2), data.Slice(0, Rows / 2));
        for (var start = Rows / 2; start < Rows; start += 500)
            grown.Add(Ids(Rows).AsSpan(start, 500), data.Slice(start, 500));
        var queries = Clustered(60, 4);
        Assert.True(Recall(exact, grown, queries, 24) >= Recall(exact, fresh, queries, 24) - 0.03);
        Assert.Empty(grown.Verify().Problems);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Third_of_the_rows_replaced_costs_hardly_any_recall(string kind, Metric metric)
    {
        var data = Clustered(Rows, 5);
        var later = Clustered(Rows / 3, 6);
        using var exact = new ExactVectorIndex(Dimension, metric);
        using var changed = Create(kind, metric, new IvfOptions { Lists = 128 });
        using var fresh = Create(kind, metric, new IvfOptions { Lists = 128 });
        changed.Build(Ids(Rows), data);
        for (long id = 0; id < Rows / 3; id++)
            Assert.True(changed.Remove(id));
        var ids = Ids(Rows / 3);
        changed.Add(ids, later);
        var all = new Matrix(Rows, Dimension);
        later.Span.CopyTo(all.Span);
        data.Slice(Rows / 3, Rows - (Rows / 3)).Span.CopyTo(all.Slice(Rows / 3, Rows - (Rows / 3)).Span);
        exact.Build(Ids(Rows), all);
        fresh.Build(Ids(Rows), all);
        var queries = Clustered(60, 7);
        Assert.True(Recall(exact, changed, queries, 24) >= Recall(exact, fresh, queries, 24) - 0.02);
        changed.Compact();
        Assert.Equal(0, changed.Statistics.Deleted);
        Assert.True(Recall(exact, changed, queries, 24) >= Recall(exact, fresh, queries, 24) - 0.02);
        Assert.Empty(changed.Verify().Problems);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Filters_keep_recall(string kind, Metric metric)
    {
        var data = Clustered(Rows, 8);
        using var exact = new ExactVectorIndex(Dimension, metric);
        using var index = Create(kind, metric, new IvfOptions { Storage = VectorStorage.Float32 });
        exact.Build(Ids(Rows), data);
        index.Build(Ids(Rows), data);
        var queries = Clustered(40, 9);
        foreach (var oneIn in new[] { 2, 10, 100, 1000 })
        {
            var random = new SeededRandom(oneIn);
            var allowed = new IdBitmap(Ids(Rows).Where(_ => random.NextInt(oneIn) == 0));
            Assert.True(Recall(exact, index, queries, 32, new SearchOptions { Allowed = allowed }) >= 0.95);
            Assert.True(Recall(exact, index, queries, 32, new SearchOptions { Filter = allowed.Contains }) >= 0.95);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Saved_index_opens_equal_and_takes_more_rows(string kind, Metric metric)
    {
        using var folder = new TemporaryFolder();
        var data = Clustered(4000, 10);
        using var index = Create(kind, metric, new IvfOptions { OptimizedRotation = true });
        index.Build(Ids(3000), data.Slice(0, 3000));
        index.Remove(17);
        index.Tune(50);
        index.Save(folder["a.index"]);
        using var opened = Open(kind, folder["a.index"]);
        Assert.Equal(index.RecallCurve!.Points, opened.RecallCurve!.Points);
        var queries = Clustered(20, 11);
        for (var round = 0; round < 3; round++)
        {
            for (var q = 0; q < queries.Rows; q++)
                Assert.Equal(index.Search(queries.Row(q), 10), opened.Search(queries.Row(q), 10));
            if (round == 0)
                opened.Warm();
            if (round == 1)
            {
                index.Add(Ids(4000).AsSpan(3000), data.Slice(3000, 1000));
                opened.Add(Ids(4000).AsSpan(3000), data.Slice(3000, 1000));
            }
        }
        Assert.Empty(opened.Verify().Problems);
    }

    [Fact]
    public void Same_seed_gives_the_same_file_on_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        var data = Clustered(5000, 12);
        foreach (var threads in new[] { 1, 2 })
        {
            using var index = new IvfFastScanIndex(Dimension, Metric.L2, new IvfOptions { BuildThreads = threads, Seed = 5 });
            index.Build(Ids(5000), data);
            index.Save(folder[$"{threads}.index"]);
        }
        Assert.Equal(File.ReadAllBytes(folder["1.index"]), File.ReadAllBytes(folder["2.index"]));
    }

    [Fact]
    public void Tuned_index_reaches_the_recall_it_is_asked_for()
    {
        var data = Clustered(Rows, 13);
        using var exact = new ExactVectorIndex(Dimension, Metric.L2);
        using var index = new IvfFastScanIndex(Dimension, Metric.L2);
        exact.Build(Ids(Rows), data);
        index.Build(Ids(Rows), data);
        index.Tune(100);
        var queries = Clustered(100, 14);
        var modest = index.RecallCurve!.EffortFor(0.8f);
        var high = index.RecallCurve.EffortFor(0.98f);
        Assert.True(modest < high);
        Assert.InRange(Recall(exact, index, queries, null, new SearchOptions { TargetRecall = 0.98f }), 0.95, 1);
        var trace = new SearchTrace();
        index.Search(queries.Row(0), 10, new SearchOptions { TargetRecall = 0.8f, Trace = trace });
        Assert.Equal(modest, trace.Effort);
        Assert.True(trace.RecallEstimate >= 0.8f);
    }

    [Fact]
    public void Learnt_rotation_serves_data_whose_variance_lies_in_few_elements()
    {
        // A few strong directions that no cut into pieces shares out fairly.
        var data = Clustered(6000, 15);
        for (var row = 0; row < data.Rows; row++)
        {
            for (var j = 0; j < Dimension; j++)
                data[row, j] *= j < 6 ? 8 : 0.5f;
        }
        using var exact = new ExactVectorIndex(Dimension, Metric.L2);
        exact.Build(Ids(6000), data);
        var recalls = new[] { false, true }.Select(rotated =>
        {
            using var index = new IvfFastScanIndex(Dimension, Metric.L2, new IvfOptions { OptimizedRotation = rotated, Pieces = 12, RescorePerNeighbour = 2 });
            index.Build(Ids(6000), data);
            return Recall(exact, index, data.Slice(0, 80), 1000);
        }).ToArray();
        Assert.True(recalls[1] > recalls[0] + 0.05, $"{recalls[0]} without and {recalls[1]} with the rotation.");
    }

    private static VectorIndex Create(string kind, Metric metric, IvfOptions options) => kind switch
    {
        IvfFlatIndex.KindName => new IvfFlatIndex(Dimension, metric, options),
        IvfPqIndex.KindName => new IvfPqIndex(Dimension, metric, options),
        _ => new IvfFastScanIndex(Dimension, metric, options),
    };

    private static VectorIndex Open(string kind, string path) => kind switch
    {
        IvfFlatIndex.KindName => IvfFlatIndex.Open(path),
        IvfPqIndex.KindName => IvfPqIndex.Open(path),
        _ => IvfFastScanIndex.Open(path),
    };

    private static double Recall(ExactVectorIndex exact, VectorIndex index, Matrix queries, int? effort, SearchOptions? options = null)
    {
        var found = 0;
        var wanted = 0;
        for (var q = 0; q < queries.Rows; q++)
        {
            var truth = exact.Search(queries.Row(q), 10, options).Select(hit => hit.Id).ToHashSet();
            var hits = index.Search(queries.Row(q), 10, (options ?? new SearchOptions()) with { Effort = effort });
            Assert.Equal(truth.Count, hits.Count);
            wanted += truth.Count;
            found += hits.Count(hit => truth.Contains(hit.Id));
        }
        return found / (double)wanted;
    }

    private static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    // Two hundred clusters of unequal spread: neighbours worth finding, which uniform noise has not. The centres are the same for all seeds.
    private static Matrix Clustered(int rows, long seed)
    {
        var centres = NaiveVectors.Gaussian(200, Dimension, 99);
        var random = new SeededRandom(seed);
        var data = new Matrix(rows, Dimension);
        for (var row = 0; row < rows; row++)
        {
            var centre = random.NextInt(200);
            for (var j = 0; j < Dimension; j++)
                data[row, j] = centres[centre, j] + (float)((0.3 + (centre % 5 * 0.1)) * random.NextGaussian());
        }
        return data;
    }
}
