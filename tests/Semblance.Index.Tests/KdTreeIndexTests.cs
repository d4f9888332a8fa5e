using Semblance.Index.Tests.Conformance;
using Semblance.Index.Tests.Segments;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class KdTreeIndexTests : SegmentedIndexConformance
{
    protected override double ClusterRecall => 0.95;

    protected override int LittleEffort => 4;

    [Fact]
    public void Few_dimensions_leave_most_leaves_unvisited()
    {
        var rows = NaiveVectors.Gaussian(20_000, 3, 50);
        var queries = NaiveVectors.Gaussian(50, 3, 51);
        using var index = new KdTreeIndex(3, Metric.L2);
        using var exact = new ExactVectorIndex(3, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var (recall, visited) = ClusteredVectors.Measure(index, exact, queries, int.MaxValue);
        Assert.Equal(1, recall);
        // Ten neighbours of 20,000 touch a handful of leaves of 16 to 32 rows (Friedman, Bentley and Finkel 1977).
        Assert.InRange(visited, 32, 400);
    }

    [Fact]
    public void Options_are_judged_and_saved()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KdTreeOptions { LeafSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KdTreeOptions { Effort = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KdTreeOptions { BuildThreads = 0 });
        using var folder = new Testing.TemporaryFolder();
        using var index = new KdTreeIndex(3, Metric.Cosine, new KdTreeOptions { LeafSize = 5, Effort = 77 });
        index.Save(folder["a.index"]);
        using var opened = KdTreeIndex.Open(folder["a.index"]);
        Assert.Equal(index.Options, opened.Options);
        Assert.Equal(77, opened.DefaultEffort);
    }

    protected override IVectorIndex Create(int dimension, Metric metric) => new KdTreeIndex(dimension, metric, new KdTreeOptions { Effort = int.MaxValue, LeafSize = 8 });

    protected override VectorIndex CreateDefault(int dimension, Metric metric, int threads = 1, VectorStorage storage = VectorStorage.Float32) =>
        new KdTreeIndex(dimension, metric, new KdTreeOptions { BuildThreads = threads, Storage = storage });

    protected override IVectorIndex Open(string path) => KdTreeIndex.Open(path);
}
