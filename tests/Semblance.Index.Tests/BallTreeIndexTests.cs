using Semblance.Index.Tests.Conformance;
using Semblance.Index.Tests.Segments;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class BallTreeIndexTests : SegmentedIndexConformance
{
    protected override double ClusterRecall => 0.95;

    protected override int LittleEffort => 4;

    [Fact]
    public void Few_dimensions_leave_most_leaves_unvisited()
    {
        var rows = NaiveVectors.Gaussian(20_000, 3, 50);
        var queries = NaiveVectors.Gaussian(50, 3, 51);
        using var index = new BallTreeIndex(3, Metric.L2);
        using var exact = new ExactVectorIndex(3, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var (recall, visited) = ClusteredVectors.Measure(index, exact, queries, int.MaxValue);
        Assert.Equal(1, recall);
        // Balls overlap where boxes do not.
        Assert.InRange(visited, 32, 2000);
    }

    [Fact]
    public void Options_are_judged_and_saved()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BallTreeOptions { LeafSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BallTreeOptions { Effort = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BallTreeOptions { BuildThreads = 0 });
        using var folder = new Testing.TemporaryFolder();
        using var index = new BallTreeIndex(3, Metric.Cosine, new BallTreeOptions { LeafSize = 5, Effort = 77 });
        index.Save(folder["a.index"]);
        using var opened = BallTreeIndex.Open(folder["a.index"]);
        Assert.Equal(index.Options, opened.Options);
        Assert.Equal(77, opened.DefaultEffort);
    }

    protected override IVectorIndex Create(int dimension, Metric metric) => new BallTreeIndex(dimension, metric, new BallTreeOptions { Effort = int.MaxValue, LeafSize = 8 });

    protected override VectorIndex CreateDefault(int dimension, Metric metric, int threads = 1, VectorStorage storage = VectorStorage.Float32) =>
        new BallTreeIndex(dimension, metric, new BallTreeOptions { BuildThreads = threads, Storage = storage });

    protected override IVectorIndex Open(string path) => BallTreeIndex.Open(path);
}
