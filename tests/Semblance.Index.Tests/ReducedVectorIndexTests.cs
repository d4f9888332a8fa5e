using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class ReducedVectorIndexTests
{
    [Fact]
    public void Finds_what_exact_search_over_projections_finds_and_is_saved_whole()
    {
        using var folder = new TemporaryFolder();
        var data = Decaying(2000, 60, 1);
        var pca = Pca.Fit(data, 20);
        var ids = Enumerable.Range(0, 2000).Select(i => (long)i).ToArray();
        using var exact = new ExactVectorIndex(20, Metric.L2);
        exact.Build(ids, pca.Transform(data));
        using var index = new ReducedVectorIndex(new IvfFlatIndex(20, Metric.L2, new IvfOptions { Storage = VectorStorage.Float32, Probes = int.MaxValue }), pca) { Generation = 9 };
        index.Build(ids.AsSpan(0, 1500), data.Slice(0, 1500));
        index.Add(ids.AsSpan(1500), data.Slice(1500, 500));
        index.Save(folder["a.index"]);
        using var opened = ReducedVectorIndex.Open(folder["a.index"]);
        Assert.Equal((60, 2000, 9, IvfFlatIndex.KindName), (opened.Dimension, opened.Count, opened.Generation, opened.Kind));
        var queries = Decaying(10, 60, 2);
        var batch = opened.SearchBatch(queries, 10, new SearchOptions { Effort = int.MaxValue });
        for (var q = 0; q < queries.Rows; q++)
        {
            var projected = new float[20];
            pca.Transform(queries.Row(q), projected);
            var truth = exact.Search(projected, 10).Select(hit => hit.Id);
            Assert.Equal(truth, index.Search(queries.Row(q), 10).Select(hit => hit.Id));
            Assert.Equal(truth, batch[q].Select(hit => hit.Id));
        }
        // What the kept axes hold of a vector comes back.
        var vector = new float[60];
        Assert.True(opened.TryGetVector(3, vector));
        Assert.InRange(VectorMath.SquaredL2(vector, data.Row(3)) / VectorMath.Dot(data.Row(3), data.Row(3)), 0, 0.05);
        Assert.Equal(3, opened.SearchById(3, 5)!.Prepend(new Hit(3, 0)).First().Id);
        Assert.Empty(opened.Verify().Problems);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var folder = new TemporaryFolder();
        var pca = Pca.Fit(Decaying(100, 10, 3), 4);
        using var five = new ExactVectorIndex(5, Metric.L2);
        Assert.Throws<ArgumentException>(() => new ReducedVectorIndex(five, pca));
        using var index = new ReducedVectorIndex(new ExactVectorIndex(4, Metric.L2), pca);
        Assert.Throws<ArgumentException>(() => index.Add(1, new float[4]));
        Assert.Throws<ArgumentException>(() => index.Search(new float[4], 1));
        five.Save(folder["plain.index"]);
        Assert.Equal(IndexFileProblem.WrongKind, Assert.Throws<IndexFileException>(() => ReducedVectorIndex.Open(folder["plain.index"])).Problem);
    }

    private static Matrix Decaying(int rows, int columns, long seed)
    {
        var data = NaiveVectors.Gaussian(rows, columns, seed);
        for (var row = 0; row < rows; row++)
        {
            for (var j = 0; j < columns; j++)
                data[row, j] *= MathF.Pow(0.85f, j);
        }
        return data;
    }
}
