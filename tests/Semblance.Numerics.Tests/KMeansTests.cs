using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class KMeansTests
{
    [Fact]
    public void Well_separated_clusters_are_found_whole()
    {
        var random = new SeededRandom(50);
        var data = Samples.Gaussian(51, 600, 8);
        var labels = new int[600];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = random.NextInt(6);
            data[i, labels[i]] += 40;
        }
        var result = KMeans.Fit(data, 6, seed: 1);
        Assert.True(result.Converged);
        var pairs = labels.Zip(result.Assignments).Distinct().ToArray();
        Assert.Equal(6, pairs.Length);
    }

    [Fact]
    public void At_convergence_rows_are_with_their_nearest_centroid_and_centroids_are_means()
    {
        var data = Samples.Gaussian(52, 500, 5);
        var result = KMeans.Fit(data, 17, seed: 2, maxIterations: 500);
        Assert.True(result.Converged);
        var inertia = 0.0;
        for (var i = 0; i < data.Rows; i++)
        {
            var distances = Enumerable.Range(0, 17).Select(c => SquaredDistance(data, i, result.Centroids, c)).ToArray();
            Assert.Equal(distances.Min(), distances[result.Assignments[i]], 1e-5);
            inertia += distances.Min();
        }
        Assert.Equal(inertia, result.Inertia, 1e-4 * inertia);
        for (var c = 0; c < 17; c++)
        {
            var members = Enumerable.Range(0, data.Rows).Where(i => result.Assignments[i] == c).ToArray();
            Assert.NotEmpty(members);
            for (var j = 0; j < data.Columns; j++)
                Assert.Equal(members.Average(i => (double)data[i, j]), result.Centroids[c, j], 1e-6);
        }
    }

    [Fact]
    public void Threads_change_no_bit_and_seeds_do()
    {
        var data = Samples.Gaussian(53, 700, 12);
        var one = KMeans.Fit(data, 20, seed: 3, maxIterations: 9, threads: 1, CancellationToken.None);
        var many = KMeans.Fit(data, 20, seed: 3, maxIterations: 9, threads: 4, CancellationToken.None);
        Assert.Equal(one.Assignments, many.Assignments);
        Assert.True(one.Centroids.Span.SequenceEqual(many.Centroids.Span));
        Assert.Equal(one.Inertia, many.Inertia);
        Assert.NotEqual(one.Assignments, KMeans.Fit(data, 20, seed: 4, maxIterations: 9).Assignments);
    }

    [Fact]
    public void Seeding_by_distance_finds_far_small_groups()
    {
        // 990 rows at the origin and ten far pairs: drawn uniformly, most pairs would get no centroid.
        var data = new Matrix(1010, 2);
        for (var i = 0; i < 20; i++)
            data[990 + i, i % 2] = 100 * (1 + i / 2);
        for (var seed = 0; seed < 20; seed++)
        {
            var result = KMeans.Fit(data, 21, seed);
            Assert.Equal(0, result.Inertia);
        }
    }

    [Fact]
    public void An_empty_cluster_is_given_the_farthest_row()
    {
        var data = new Matrix(new float[] { 0, 1, 10, 13 }, 4, 1);
        var result = KMeans.Refine(data, new Matrix(new float[] { 0.5f, 11.5f, 1000 }, 3, 1), maxIterations: 10, threads: 1);
        Assert.True(result.Converged);
        Assert.Equal(0.5, result.Inertia);
        Assert.Equal(3, result.Assignments.Distinct().Count());
    }

    [Fact]
    public void An_empty_cluster_never_takes_the_only_row_of_another()
    {
        // Row 0 is alone with centroid 0 and farther from it than the others are from theirs.
        var data = new Matrix(new float[] { 0, 100, 101 }, 3, 1);
        var result = KMeans.Refine(data, new Matrix(new float[] { -40, 100.4f, -1000 }, 3, 1), maxIterations: 1, threads: 1);
        Assert.Equal([0, 100, 101], result.Centroids.Span.ToArray().Order());
    }

    [Fact]
    public void No_cluster_is_empty_at_convergence()
    {
        var random = new SeededRandom(54);
        for (var round = 0; round < 200; round++)
        {
            var rows = random.NextInt(12) + 8;
            var data = Samples.Gaussian(1000 + round, rows, 1);
            var k = random.NextInt(rows) + 1;
            // Far more scattered than the data: most centroids attract nothing at first.
            var start = Samples.Gaussian(2000 + round, k, 1);
            foreach (ref var x in start.Span)
                x *= 20;
            var result = KMeans.Refine(data, start, maxIterations: 1000, threads: 1);
            Assert.True(result.Converged);
            Assert.Equal(k, result.Assignments.Distinct().Count());
        }
    }

    [Fact]
    public void Fewer_different_rows_than_clusters_leave_clusters_empty()
    {
        var data = new Matrix(10, 3);
        data.Row(4).Fill(1);
        var result = KMeans.Fit(data, 5, seed: 5);
        Assert.True(result.Converged);
        Assert.Equal(0, result.Inertia);
        Assert.Equal(2, result.Assignments.Distinct().Count());
    }

    [Fact]
    public void One_round_is_no_convergence_and_still_assigns_to_the_nearest()
    {
        var data = Samples.Gaussian(55, 200, 3);
        var result = KMeans.Fit(data, 8, seed: 6, maxIterations: 1);
        Assert.Equal((1, false), (result.Iterations, result.Converged));
        for (var i = 0; i < data.Rows; i++)
        {
            var nearest = Enumerable.Range(0, 8).Min(c => SquaredDistance(data, i, result.Centroids, c));
            Assert.Equal(nearest, SquaredDistance(data, i, result.Centroids, result.Assignments[i]), 1e-5);
        }
    }

    [Fact]
    public void Input_that_cannot_be_clustered_is_refused()
    {
        Assert.Contains("3 vectors cannot make 4", Assert.Throws<ArgumentException>(() => KMeans.Fit(new Matrix(3, 2), 4, 0)).Message);
        Assert.Throws<ArgumentException>(() => KMeans.Fit(new Matrix(3, 2), 0, 0));
        var data = new Matrix(3, 2);
        data[1, 1] = float.NaN;
        Assert.Contains("Vector 1", Assert.Throws<ArgumentException>(() => KMeans.Fit(data, 2, 0)).Message);
        Assert.Throws<ArgumentException>(() => KMeans.Refine(new Matrix(3, 2), new Matrix(2, 3), 1, 1));
        Assert.ThrowsAny<OperationCanceledException>(() => KMeans.Fit(Samples.Gaussian(1, 9, 2), 2, 0, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static double SquaredDistance(Matrix a, int i, Matrix b, int j)
        => Enumerable.Range(0, a.Columns).Sum(k => Math.Pow((double)a[i, k] - b[j, k], 2));
}
