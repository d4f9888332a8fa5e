using Semblance.Index.Tests.Segments;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class RpForestIndexTests : SegmentedIndexConformance
{
    protected override double ClusterRecall => 0.9;

    protected override int LittleEffort => 100;

    [Fact]
    public void More_trees_find_more_among_as_many_rows()
    {
        var (rows, queries) = ClusteredVectors.Make(10_000, 50, 100, 0.5f, 52);
        using var exact = new ExactVectorIndex(50, Metric.Cosine);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var recalls = new List<double>();
        foreach (var trees in new[] { 1, 4, 16 })
        {
            using var index = new RpForestIndex(50, Metric.Cosine, new RpForestOptions { Trees = trees });
            index.Build(ClusteredVectors.Ids(rows.Rows), rows);
            recalls.Add(ClusteredVectors.Measure(index, exact, queries, 1000).Recall);
        }
        Assert.Equal(recalls.Order(), recalls);
        Assert.True(recalls[2] > recalls[0], string.Join(", ", recalls));
    }

    [Fact]
    public void Equal_rows_end_in_leaves_of_their_size()
    {
        var rows = new Numerics.Matrix(3000, 4);
        rows.Span.Fill(0.5f);
        using var index = new RpForestIndex(4, Metric.L2, new RpForestOptions { Trees = 2, LeafSize = 16 });
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var trace = new SearchTrace();
        Assert.Equal(10, index.Search([0.5f, 0.5f, 0.5f, 0.5f], 10, new SearchOptions { Effort = 20, Trace = trace }).Count);
        Assert.InRange(trace.Visited, 10, 64);
    }

    [Fact]
    public void Options_are_judged_and_saved()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpForestOptions { Trees = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpForestOptions { LeafSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpForestOptions { Effort = 0 });
        using var folder = new Testing.TemporaryFolder();
        foreach (var options in new[] { new RpForestOptions { Trees = 7, LeafSize = 9, Seed = -3, Effort = 11 }, new RpForestOptions() })
        {
            using var index = new RpForestIndex(3, Metric.InnerProduct, options);
            index.Save(folder["a.index"]);
            using var opened = RpForestIndex.Open(folder["a.index"]);
            Assert.Equal(options, opened.Options);
            Assert.Equal(options.Effort ?? 400, opened.DefaultEffort);
        }
    }

    protected override IVectorIndex Create(int dimension, Metric metric) =>
        new RpForestIndex(dimension, metric, new RpForestOptions { Effort = int.MaxValue, LeafSize = 8, Trees = 3 });

    protected override VectorIndex CreateDefault(int dimension, Metric metric, int threads = 1, VectorStorage storage = VectorStorage.Float32) =>
        new RpForestIndex(dimension, metric, new RpForestOptions { BuildThreads = threads, Storage = storage });

    protected override IVectorIndex Open(string path) => RpForestIndex.Open(path);
}
