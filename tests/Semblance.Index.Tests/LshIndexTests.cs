using Semblance.Index.Hashing;
using Semblance.Index.Tests.Conformance;
using Semblance.Index.Tests.Segments;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class LshIndexTests : SegmentedIndexConformance
{
    protected override double ClusterRecall => 0.9;

    protected override int LittleEffort => 20;

    [Fact]
    public void Every_cell_is_probed_once()
    {
        var rows = NaiveVectors.Gaussian(3000, 6, 53);
        using var index = new LshIndex(6, Metric.Cosine, new LshOptions { Tables = 1, Bits = 8 });
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var cells = HashShape.Of(3000, 6, 1, 8).Cells;
        var trace = new SearchTrace();
        index.Search(rows.Row(0), 10, new SearchOptions { Effort = cells - 1, Trace = trace });
        // All but the last cell, which holds about 3000 / cells rows; a cell that came twice would leave another out.
        Assert.InRange(trace.Visited, 3000 - (8 * 3000 / cells), 2999);
        Assert.True(index.Search(rows.Row(0), 10, new SearchOptions { Effort = cells - 1 }).Select(hit => hit.Id).Distinct().Count() == 10);
    }

    [Fact]
    public void Probes_in_order_find_more_than_tables_alone()
    {
        var (rows, queries) = ClusteredVectors.Make(10_000, 32, 50, 0.7f, 54);
        using var exact = new ExactVectorIndex(32, Metric.Cosine);
        using var probing = new LshIndex(32, Metric.Cosine, new LshOptions { Tables = 4 });
        using var tables = new LshIndex(32, Metric.Cosine, new LshOptions { Tables = 16 });
        foreach (var index in new VectorIndex[] { exact, probing, tables })
            index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var few = ClusteredVectors.Measure(probing, exact, queries, 4).Recall;
        var probed = ClusteredVectors.Measure(probing, exact, queries, 64).Recall;
        var many = ClusteredVectors.Measure(tables, exact, queries, 64).Recall;
        Assert.True(few < probed, $"{few} with 4 probes, {probed} with 64");
        // Multi-probe is there to save tables: a quarter of them do nearly as well (Lv et al. 2007).
        Assert.True(probed > many * 0.75, $"{probed} with 4 tables, {many} with 16");
    }

    [Fact]
    public void Options_are_judged_and_saved()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LshOptions { Tables = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LshOptions { Bits = 27 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LshOptions { Effort = 0 });
        using var folder = new Testing.TemporaryFolder();
        foreach (var options in new[] { new LshOptions { Tables = 3, Bits = 5, Seed = -1, Effort = 9 }, new LshOptions() })
        {
            using var index = new LshIndex(3, Metric.L2, options);
            index.Save(folder["a.index"]);
            using var opened = LshIndex.Open(folder["a.index"]);
            Assert.Equal(options, opened.Options);
        }
    }

    protected override IVectorIndex Create(int dimension, Metric metric) => new LshIndex(dimension, metric, new LshOptions { Effort = int.MaxValue, Tables = 2 });

    protected override VectorIndex CreateDefault(int dimension, Metric metric, int threads = 1, VectorStorage storage = VectorStorage.Float32) =>
        new LshIndex(dimension, metric, new LshOptions { BuildThreads = threads, Storage = storage });

    protected override IVectorIndex Open(string path) => LshIndex.Open(path);
}
