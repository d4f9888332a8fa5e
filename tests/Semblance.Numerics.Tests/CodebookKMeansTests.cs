using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class CodebookKMeansTests
{
    [Fact]
    public void Rows_go_to_their_nearest_centroid()
    {
        var data = Gaussian(500, 20, 1);
        var centroids = Gaussian(37, 20, 2);
        var nearest = new int[500];
        CodebookKMeans.Assign(data, centroids, nearest, 2);
        for (var i = 0; i < 500; i++)
        {
            var own = VectorMath.SquaredL2(data.Row(i), centroids.Row(nearest[i]));
            for (var c = 0; c < 37; c++)
                Assert.True(VectorMath.SquaredL2(data.Row(i), centroids.Row(c)) >= own * (1 - 1e-4f));
        }
    }

    [Fact]
    public void Finds_nearly_what_careful_clustering_finds()
    {
        var data = Gaussian(2000, 8, 3);
        var centroids = CodebookKMeans.Fit(data, 50, 15, new SeededRandom(4), 2);
        var nearest = new int[2000];
        CodebookKMeans.Assign(data, centroids, nearest, 1);
        double inertia = 0;
        for (var i = 0; i < 2000; i++)
            inertia += VectorMath.SquaredL2(data.Row(i), centroids.Row(nearest[i]));
        Assert.InRange(inertia / KMeans.Fit(data, 50, 5).Inertia, 0.95, 1.1);
    }

    [Fact]
    public void Threads_do_not_change_a_byte()
    {
        var data = Gaussian(3000, 12, 6);
        Assert.Equal(
            CodebookKMeans.Fit(data, 64, 5, new SeededRandom(7), 1).Span.ToArray(),
            CodebookKMeans.Fit(data, 64, 5, new SeededRandom(7), 2).Span.ToArray());
    }

    [Fact]
    public void Equal_rows_leave_no_cluster_without_a_centroid()
    {
        var data = new Matrix(20, 3);
        data.Span.Fill(2);
        Assert.All(CodebookKMeans.Fit(data, 5, 3, new SeededRandom(8), 1).Span.ToArray(), x => Assert.Equal(2, x));
        Assert.Throws<ArgumentException>(() => CodebookKMeans.Fit(data, 21, 3, new SeededRandom(8), 1));
    }

    private static Matrix Gaussian(int rows, int columns, long seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var x in matrix.Span)
            x = (float)random.NextGaussian();
        return matrix;
    }
}
