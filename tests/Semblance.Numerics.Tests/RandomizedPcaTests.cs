using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class RandomizedPcaTests
{
    [Theory]
    [InlineData(400, 120, 1.2)]
    [InlineData(90, 300, 1.2)]
    [InlineData(400, 120, 1.05)]
    public void Axes_of_a_decaying_spectrum_agree_with_the_exact_ones(int rows, int columns, double decay)
    {
        var sample = Geometric(rows, columns, decay);
        var exact = Pca.Fit(sample, 10);
        var randomized = RandomizedPca.Fit(sample, 10);
        Assert.Equal(10, randomized.Components.Rows);
        Assert.Equal(exact.TotalVariance, randomized.TotalVariance);
        Assert.Equal(exact.Mean, randomized.Mean);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(exact.ExplainedVariance[i], randomized.ExplainedVariance[i], 2e-3 * exact.ExplainedVariance[i]);
            // A gap of 5 % in the spectrum leaves neighbouring axes room to turn into each other.
            if (decay > 1.1)
                Assert.InRange(Math.Abs(VectorMath.Dot(exact.Components.Row(i), randomized.Components.Row(i))), 0.999, 1.0001);
        }
    }

    [Fact]
    public void A_flat_spectrum_still_gives_orthonormal_axes_that_explain_nearly_as_much()
    {
        var sample = Samples.Gaussian(8, 500, 100);
        var exact = Pca.Fit(sample, 20);
        var randomized = RandomizedPca.Fit(sample, 20);
        var products = Samples.Product(randomized.Components, false, randomized.Components, true);
        for (var i = 0; i < 20; i++)
        {
            for (var j = 0; j < 20; j++)
                Assert.Equal(i == j ? 1 : 0, products[i, j], 1e-5);
        }
        Assert.InRange(randomized.ExplainedVariance.Sum() / exact.ExplainedVariance.Sum(), 0.97, 1.0001);
    }

    [Fact]
    public void A_sample_of_low_rank_has_that_many_axes()
    {
        var sample = new Matrix(60, 30);
        MatrixProduct.Multiply(Samples.Gaussian(31, 60, 3), Samples.Gaussian(32, 3, 30), sample);
        Assert.Equal(3, RandomizedPca.Fit(sample, 12).Components.Rows);
        Assert.Equal(4, RandomizedPca.Fit(Samples.Gaussian(1, 5, 40), 12).Components.Rows);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_they_can_be_read_back()
    {
        var sample = Samples.Decaying(9, 200, 50);
        var bytes = RandomizedPca.Fit(sample, 8, seed: 4).Serialize();
        Assert.Equal(bytes, RandomizedPca.Fit(sample, 8, seed: 4).Serialize());
        var read = Pca.Deserialize(bytes);
        Assert.Equal(bytes, read.Serialize());
        Assert.True(RandomizedPca.Fit(sample, 8, seed: 4).Transform(sample).Span.SequenceEqual(read.Transform(sample).Span));
        for (var i = 0; i < bytes.Length; i += 7)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Pca.Deserialize(damaged));
            Assert.Throws<InvalidDataException>(() => Pca.Deserialize(bytes.AsSpan(0, i)));
        }
    }

    [Fact]
    public void Settings_and_samples_without_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomizedPca.Fit(Samples.Gaussian(1, 9, 4), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomizedPca.Fit(Samples.Gaussian(1, 9, 4), 2, powerIterations: -1));
        Assert.Contains("equal", Assert.Throws<ArgumentException>(() => RandomizedPca.Fit(new Matrix(5, 4), 2)).Message);
    }

    // Standard deviations fall by the factor decay from one axis to the next; the axes point in random directions.
    private static Matrix Geometric(int rows, int columns, double decay)
    {
        var scaled = Samples.Gaussian(20, rows, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                scaled[i, j] *= (float)Math.Pow(decay, -j);
        }
        return new RandomRotation(columns, 21).Apply(scaled);
    }
}
