using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class VectorStorageTests
{
    [Theory]
    [InlineData(VectorStorage.Float32, 4 * 100)]
    [InlineData(VectorStorage.Float16, 2 * 100)]
    [InlineData(VectorStorage.BFloat16, 2 * 100)]
    [InlineData(VectorStorage.Byte, 16 + 112)]
    public void The_storage_is_kept_in_the_file_and_takes_its_bytes(VectorStorage storage, int bytes)
    {
        using var folder = new TemporaryFolder();
        using var index = new ExactVectorIndex(100, Metric.L2, storage);
        index.Build([.. Enumerable.Range(0, 500).Select(i => (long)i)], NaiveVectors.Gaussian(500, 100, 1));
        Assert.Equal(bytes + sizeof(long), index.Statistics.BytesPerVector);
        index.Save(folder["a.index"]);
        using var opened = ExactVectorIndex.Open(folder["a.index"]);
        Assert.Equal(storage, opened.Storage);
        Assert.Equal(500 * (bytes + sizeof(long)), opened.Statistics.MappedBytes);
        var query = NaiveVectors.Gaussian(1, 100, 2).Row(0);
        Assert.Equal(index.Search(query, 10), opened.Search(query, 10));
    }

    [Theory]
    [InlineData(VectorStorage.Float16, 1.0)]
    [InlineData(VectorStorage.BFloat16, 0.98)]
    [InlineData(VectorStorage.Byte, 0.95)]
    public void Narrow_storage_keeps_the_neighbours(VectorStorage storage, double recall)
    {
        const int Rows = 3000, Dimension = 96, K = 10;
        var vectors = NaiveVectors.Gaussian(Rows, Dimension, 3);
        var queries = NaiveVectors.Gaussian(40, Dimension, 4);
        foreach (var metric in VectorMetrics.All)
        {
            using var exact = Filled(VectorStorage.Float32);
            using var narrow = Filled(storage);
            var found = 0;
            for (var q = 0; q < queries.Rows; q++)
            {
                var truth = exact.Search(queries.Row(q), K).Select(hit => hit.Id).ToHashSet();
                found += narrow.Search(queries.Row(q), K).Count(hit => truth.Contains(hit.Id));
            }
            Assert.InRange(found / (double)(K * queries.Rows), recall - 0.01, 1);

            ExactVectorIndex Filled(VectorStorage of)
            {
                var index = new ExactVectorIndex(Dimension, metric, of);
                index.Build([.. Enumerable.Range(0, Rows).Select(i => (long)i)], vectors);
                return index;
            }
        }
    }

    [Fact]
    public void Half_precision_refuses_elements_beyond_its_range_before_anything_changes()
    {
        using var index = new ExactVectorIndex(2, Metric.L2, VectorStorage.Float16);
        index.Add(1, [65504, -65504]);
        Assert.Contains("65504", Assert.Throws<ArgumentException>(() => index.Add(2, [0, 65505])).Message, StringComparison.Ordinal);
        Assert.Contains("Vector 1", Assert.Throws<ArgumentException>(() => index.Add([2, 3], Matrix.FromRows([[1, 2], [-1e9f, 0]]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => index.Build([2], Matrix.FromRows([[1e9f, 0]])));
        Assert.Equal(1, Assert.Single(index.Search([1e9f, 0], 5)).Id);

        using var cosine = new ExactVectorIndex(2, Metric.Cosine, VectorStorage.Float16);
        cosine.Add(1, [1e9f, 0]);
        Assert.Equal(0, Assert.Single(cosine.Search([2, 0], 1)).Distance);
    }
}
