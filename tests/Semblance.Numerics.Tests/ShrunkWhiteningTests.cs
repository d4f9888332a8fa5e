using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class ShrunkWhiteningTests
{
    [Theory]
    [InlineData(300, 40, 5f)]
    [InlineData(300, 40, 0f)]
    [InlineData(25, 40, 5f)]
    public void Projected_vectors_follow_the_formula(int rows, int columns, float shrink)
    {
        const int dimension = 12;
        var sample = Samples.Decaying(40, rows, columns);
        var whitening = ShrunkWhitening.Fit(sample, dimension, shrink);
        Assert.Equal((columns, dimension), (whitening.InputDimension, whitening.OutputDimension));

        var data = Matrix<double>.Build.Dense(rows, columns, (i, j) => sample[i, j]);
        var mean = data.ColumnSums() / rows;
        var centered = Matrix<double>.Build.Dense(rows, columns, (i, j) => data[i, j] - mean[j]);
        var svd = centered.Svd();
        var variances = svd.S.Select(s => s * s / (rows - 1)).ToArray();
        // Over all dimensions: those that the singular values do not list have no variance.
        var meanVariance = variances.Sum() / columns;
        Assert.Equal(meanVariance, whitening.MeanVariance, 1e-5 * meanVariance);

        var projected = whitening.Apply(sample);
        for (var i = 0; i < rows; i += 7)
        {
            var expected = Vector<double>.Build.Dense(dimension, k => svd.VT.Row(k) * centered.Row(i) / Math.Sqrt(variances[k] + shrink * meanVariance)).Normalize(2);
            for (var k = 0; k < dimension; k++)
                Assert.Equal(Math.Abs(expected[k]), Math.Abs(projected[i, k]), 1e-3);
        }
    }

    [Fact]
    public void Dot_products_of_projections_do_not_depend_on_the_signs_of_the_axes()
    {
        var sample = Samples.Decaying(41, 200, 20);
        var whitening = ShrunkWhitening.Fit(sample, 20, shrink: 0);
        var projected = whitening.Apply(sample);
        // Fully whitened with every axis kept, the cosine is that of the Mahalanobis inner product.
        var data = Matrix<double>.Build.Dense(200, 20, (i, j) => sample[i, j]);
        var mean = data.ColumnSums() / 200;
        var centered = Matrix<double>.Build.Dense(200, 20, (i, j) => data[i, j] - mean[j]);
        var inverse = (centered.TransposeThisAndMultiply(centered) / 199).Inverse();
        for (var i = 1; i < 30; i++)
        {
            double Inner(int a, int b) => centered.Row(a) * (inverse * centered.Row(b));
            Assert.Equal(Inner(0, i) / Math.Sqrt(Inner(0, 0) * Inner(i, i)), VectorMath.Dot(projected.Row(0), projected.Row(i)), 2e-4);
        }
    }

    [Theory]
    [InlineData(6, 20, 5)]
    [InlineData(50, 20, 20)]
    [InlineData(2, 20, 1)]
    public void The_output_is_clipped_to_the_rank_of_the_sample(int rows, int columns, int expected)
    {
        var whitening = ShrunkWhitening.Fit(Samples.Gaussian(42, rows, columns), 64);
        Assert.Equal(expected, whitening.OutputDimension);
        Assert.Equal(expected, whitening.Variances.Count);
    }

    [Fact]
    public void A_row_projected_alone_has_the_same_bits_and_length_one()
    {
        var sample = Samples.Decaying(43, 60, 33);
        var whitening = ShrunkWhitening.Fit(sample, 9);
        var all = whitening.Apply(sample);
        var alone = new float[9];
        whitening.Apply(sample.Row(17), alone);
        Assert.True(all.Row(17).SequenceEqual(alone));
        Assert.Equal(1, VectorMath.Dot(alone, alone), 1e-6f);
        Assert.Throws<ArgumentException>(() => whitening.Apply(new float[32], new float[9]));
        Assert.Throws<ArgumentException>(() => whitening.Apply(new Matrix(2, 32)));
    }

    [Fact]
    public void Read_back_it_is_the_same_projection()
    {
        var sample = Samples.Decaying(44, 60, 33);
        var whitening = ShrunkWhitening.Fit(sample, 9, shrink: 2);
        var bytes = whitening.Serialize();
        var read = ShrunkWhitening.Deserialize(bytes);
        Assert.Equal(bytes, read.Serialize());
        Assert.True(whitening.Apply(sample).Span.SequenceEqual(read.Apply(sample).Span));
        Assert.Equal(2, read.Shrink);
        Assert.Equal(whitening.Variances, read.Variances);
        Assert.Equal(bytes, ShrunkWhitening.Fit(sample, 9, shrink: 2).Serialize());
    }

    [Fact]
    public void Damaged_bytes_are_refused_wherever_the_damage_is()
    {
        var bytes = ShrunkWhitening.Fit(Samples.Gaussian(45, 20, 6), 3).Serialize();
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => ShrunkWhitening.Deserialize(damaged));
            Assert.Throws<InvalidDataException>(() => ShrunkWhitening.Deserialize(bytes.AsSpan(0, i)));
        }
        Assert.Throws<InvalidDataException>(() => ShrunkWhitening.Deserialize([.. bytes, 0]));
    }

    [Fact]
    public void Samples_beyond_the_limit_are_thinned_by_the_seed()
    {
        var sample = Samples.Gaussian(46, ShrunkWhitening.MaximumSampleRows + 1000, 2);
        var first = ShrunkWhitening.Fit(sample, 2, seed: 1).Serialize();
        Assert.Equal(first, ShrunkWhitening.Fit(sample, 2, seed: 1).Serialize());
        Assert.NotEqual(first, ShrunkWhitening.Fit(sample, 2, seed: 2).Serialize());
    }

    [Fact]
    public void Samples_and_settings_without_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ShrunkWhitening.Fit(new Matrix(1, 4), 2));
        Assert.Throws<ArgumentException>(() => ShrunkWhitening.Fit(new Matrix(3, 4), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShrunkWhitening.Fit(Samples.Gaussian(1, 9, 4), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShrunkWhitening.Fit(Samples.Gaussian(1, 9, 4), 2, shrink: float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShrunkWhitening.Fit(Samples.Gaussian(1, 9, 4), 2, shrink: -1));
    }
}
