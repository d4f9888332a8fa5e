using Semblance.Testing;
using Xunit;

namespace Semblance.Numerics.Tests;

/// <summary>Rows that have to be read give what the same matrix gives, bit for bit, and in the passes that are promised.</summary>
public sealed class VectorRowsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(900, 40)]
    [InlineData(30, 64)]
    public void Principal_axes_of_rows_that_are_read_are_those_of_the_matrix(int rows, int columns)
    {
        var sample = Samples.Decaying(60, rows, columns);
        var streamed = new CopiedRows(sample);
        var pca = Pca.Fit(streamed, 12, Token);
        Assert.Equal(rows >= columns ? 2 : 1, streamed.Passes);
        Assert.Equal(Pca.Fit(sample, 12, Token).Serialize(), pca.Serialize());
        Assert.Equal(pca.Transform(sample).Span, pca.Transform(new CopiedRows(sample)).Span);
    }

    [Fact]
    public void Principal_axes_of_more_rows_than_are_centred_at_a_time_are_right()
    {
        // Blocks of 16,384 rows: two and a part. The truth is the same sample in eighths, whose scatter is one block each.
        var sample = Samples.Decaying(61, 40_000, 1024 / 4);
        sample = new Matrix(sample.Memory, 10_000, 1024);
        var whole = Pca.Fit(sample, 3, Token);
        var thrice = new Matrix(30_000, 1024);
        for (var i = 0; i < thrice.Rows; i++)
            sample.Row(i / 3).CopyTo(thrice.Row(i));
        var repeated = Pca.Fit(new CopiedRows(thrice), 3, Token);
        // Each row three times has the same axes, and variances that differ by their denominators.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(whole.ExplainedVariance[i] * (3.0 * 9_999) / 29_999, repeated.ExplainedVariance[i], 1e-4 * whole.ExplainedVariance[0]);
            Assert.Equal(1, VectorMath.Dot(whole.Components.Row(i), repeated.Components.Row(i)), 1e-4);
        }
        Assert.Equal(whole.TotalVariance * (3.0 * 9_999) / 29_999, repeated.TotalVariance, 1e-5 * whole.TotalVariance);
    }

    [Fact]
    public void Whitenings_of_rows_that_are_read_are_those_of_the_matrix()
    {
        var sample = Samples.Decaying(62, 500, 24);
        var differences = Samples.Gaussian(63, 40, 24);
        Assert.Equal(ShrunkWhitening.Fit(sample, 16, seed: 3).Serialize(), ShrunkWhitening.Fit(new CopiedRows(sample), 16, 5, 3, Token).Serialize());
        Assert.Equal(
            NuisanceWhitening.Fit(sample, differences, 16, cancellationToken: Token).Serialize(),
            NuisanceWhitening.Fit(new CopiedRows(sample), differences, 16, 200, 100, 0, Token).Serialize());
        Assert.Equal(Itq.Fit(sample, 16, seed: 2).Serialize(), Itq.Fit(new CopiedRows(sample), 16, 50, 2, Token).Serialize());
    }

    [Fact]
    public void A_sample_that_is_too_large_is_drawn_from_in_one_pass_at_most()
    {
        var sample = Samples.Gaussian(64, ShrunkWhitening.MaximumSampleRows + 10_000, 4);
        var streamed = new CopiedRows(sample);
        Assert.Equal(ShrunkWhitening.Fit(sample, 3, seed: 5).Serialize(), ShrunkWhitening.Fit(streamed, 3, 5, 5, Token).Serialize());
        Assert.InRange(streamed.Passes, 0.5, 1);
        Assert.NotEqual(ShrunkWhitening.Fit(sample, 3, seed: 5).Serialize(), ShrunkWhitening.Fit(sample, 3, seed: 6).Serialize());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Clusters_of_rows_that_are_read_are_those_of_the_matrix(int threads)
    {
        // Rows of 8,000 numbers: the sums take in 131 at a time, so that a cluster's rows come from several blocks.
        var data = Samples.Gaussian(65, 400, 8_000);
        var inMemory = KMeans.Fit(data, 7, seed: 1, maxIterations: 6, threads: 2, cancellationToken: Token);
        var rows = new CopiedRows(data);
        var streamed = KMeans.Fit(rows, 7, 1, 6, threads, Token);
        Assert.Equal(inMemory.Assignments, streamed.Assignments);
        Assert.Equal(inMemory.Centroids.Span, streamed.Centroids.Span);
        Assert.Equal(inMemory.Inertia, streamed.Inertia);
        Assert.InRange(rows.Passes, 1, 1 + 6 + (2 * streamed.Iterations) + 1.1);

        var start = data.Slice(0, 5);
        var refined = KMeans.Refine(new CopiedRows(data), start, 3, threads, Token);
        Assert.Equal(KMeans.Refine(data, start, 3, 1, Token).Centroids.Span, refined.Centroids.Span);
        // The truth, independent of blocks: a centroid is the mean of its rows.
        for (var c = 0; c < 7 && inMemory.Converged; c++)
        {
            var own = Enumerable.Range(0, data.Rows).Where(i => inMemory.Assignments[i] == c).ToArray();
            for (var j = 0; j < 5; j++)
                Assert.Equal(own.Average(i => (double)data[i, j]), inMemory.Centroids[c, j], 1e-5);
        }
    }

    [Fact]
    public void A_vector_that_is_not_finite_is_named_by_its_place()
    {
        var data = Samples.Gaussian(66, 700, 512);
        data[613, 5] = float.NaN;
        Assert.Contains("Vector 613", Assert.Throws<ArgumentException>(() => KMeans.Fit(new CopiedRows(data), 3, 0, 5, 1, Token)).Message);
        Assert.Contains("Column 5", Assert.Throws<ArgumentException>(() => Pca.Fit(new CopiedRows(data), 3, Token)).Message);
    }
}
