using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class ExactVectorIndexTests : VectorIndexConformance
{
    protected override IVectorIndex Create(int dimension, Metric metric) => new ExactVectorIndex(dimension, metric);

    protected override IVectorIndex Open(string path) => ExactVectorIndex.Open(path);

    [Fact]
    public void Opened_file_is_searched_from_the_mapping()
    {
        using var folder = new TemporaryFolder();
        using var index = new ExactVectorIndex(100, Metric.L2);
        index.Build([.. Enumerable.Range(0, 3000).Select(i => (long)i)], NaiveVectors.Gaussian(3000, 100, 1));
        Assert.Equal(0, index.Statistics.MappedBytes);
        index.Save(folder["a.index"]);
        using var opened = ExactVectorIndex.Open(folder["a.index"]);
        Assert.Equal(3000 * (400 + 8), opened.Statistics.MappedBytes);
        Assert.Equal(opened.Statistics.MappedBytes, opened.Statistics.BytesTotal);
    }

    [Fact]
    public void File_of_codes_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var codes = new ExactCodeIndex(64);
        codes.Save(folder["a.index"]);
        var refused = Assert.Throws<IndexFileException>(() => ExactVectorIndex.Open(folder["a.index"]));
        Assert.Equal(IndexFileProblem.WrongKind, refused.Problem);
        Assert.Contains("'exact-codes'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_is_asked_for_promising_rows_only()
    {
        const int Rows = 20_000;
        using var index = new ExactVectorIndex(8, Metric.L2);
        index.Build([.. Enumerable.Range(0, Rows).Select(i => (long)i)], NaiveVectors.Gaussian(Rows, 8, 2));
        var asked = 0;
        index.Search(new float[8], 10, new SearchOptions { Filter = _ => ++asked > 0 });
        // Of rows in random order, k·(1 + ln(n / k)) ≈ 86 enter the k best on the way.
        Assert.InRange(asked, 10, 300);
    }

    [Fact]
    public void Removing_many_rows_compacts_by_itself()
    {
        using var index = new ExactVectorIndex(8, Metric.L2);
        index.Build([.. Enumerable.Range(0, 5000).Select(i => (long)i)], NaiveVectors.Gaussian(5000, 8, 3));
        for (long id = 0; id < 4900; id++)
            index.Remove(id);
        Assert.InRange(index.Statistics.Deleted, 0, 1023);
        Assert.Equal(100, index.Count);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.L2)]
    [InlineData(Metric.InnerProduct)]
    public void A_batch_over_many_blocks_of_long_rows_has_the_very_bits_of_single_searches(Metric metric)
    {
        // 4 KB a row and more than eight blocks of a megabyte, which two threads share; then rows longer than a piece of the scan.
        foreach (var (rows, dimension, queries) in new[] { (2400, 1030, 40), (70, 40_000, 33) })
        {
            using var index = new ExactVectorIndex(dimension, metric);
            index.Build([.. Enumerable.Range(0, rows).Select(i => (long)i)], NaiveVectors.Gaussian(rows, dimension, 6));
            var asked = NaiveVectors.Gaussian(queries, dimension, 7);
            var batch = index.SearchBatch(asked, 5);
            Assert.Equal(batch, index.SearchBatch(asked, 5, new SearchOptions { Threads = 2 }));
            for (var q = 0; q < queries; q++)
                Assert.Equal(index.Search(asked.Row(q), 5), batch[q]);
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, 0, 1)]
    [InlineData(Metric.L2, 0, 1)]
    [InlineData(Metric.InnerProduct, 0, 1)]
    [InlineData(Metric.L2, 10, 1e-3f)]
    [InlineData(Metric.L2, 1000, 1e-3f)]
    [InlineData(Metric.Cosine, 10, 1e-3f)]
    [InlineData(Metric.InnerProduct, 1000, 1e-3f)]
    [InlineData(Metric.L2, 0, 1e-25f)]
    [InlineData(Metric.InnerProduct, 0, 1e17f)]
    [InlineData(Metric.L2, 0, 1e17f)]
    public void A_large_batch_has_the_very_bits_of_single_searches(Metric metric, float offset, float spread)
    {
        // Enough rows and queries for whole blocks of queries, a partial one and single ones, wherever products lose their digits.
        const int Rows = 9000, Dimension = 24, Queries = 87;
        using var index = new ExactVectorIndex(Dimension, metric);
        index.Build([.. Enumerable.Range(0, Rows).Select(i => (long)i)], Shifted(Rows, 4));
        for (long id = 0; id < Rows; id += 7)
            index.Remove(id);
        var queries = Shifted(Queries, 5);
        foreach (var (k, options) in new[]
        {
            (1, new SearchOptions()), (10, new SearchOptions { Threads = 2 }), (500, new SearchOptions()), (3, new SearchOptions { Filter = id => id % 50 == 0 }),
            (20, new SearchOptions { MaxDistance = index.Search(queries.Row(0), 5)[4].Distance }),
        })
        {
            var batch = index.SearchBatch(queries, k, options);
            for (var q = 0; q < Queries; q++)
                Assert.Equal(index.Search(queries.Row(q), k, options), batch[q]);
        }

        Matrix Shifted(int rows, long seed)
        {
            var vectors = NaiveVectors.Gaussian(rows, Dimension, seed);
            foreach (ref var x in vectors.Span)
                x = offset + (x * spread);
            return vectors;
        }
    }
}
