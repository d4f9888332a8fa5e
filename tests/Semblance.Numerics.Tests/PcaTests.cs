using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class PcaTests
{
    [Theory]
    [InlineData(200, 30)]
    [InlineData(20, 50)]
    public void Variances_and_axes_agree_with_the_singular_values_of_the_centred_sample(int rows, int columns)
    {
        var sample = Samples.Decaying(30, rows, columns);
        var pca = Pca.Fit(sample, 10);

        var centered = Matrix<double>.Build.Dense(rows, columns, (i, j) => sample[i, j]);
        foreach (var (j, column) in centered.EnumerateColumnsIndexed().ToArray())
            centered.SetColumn(j, column - column.Average());
        var svd = centered.Svd();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(svd.S[i] * svd.S[i] / (rows - 1), pca.ExplainedVariance[i], 1e-5 * pca.ExplainedVariance[0]);
            var cosine = svd.VT.Row(i) * Vector<double>.Build.Dense(columns, j => pca.Components[i, j]);
            Assert.Equal(1, Math.Abs(cosine), 1e-4);
        }
        Assert.Equal(svd.S.Sum(s => s * s) / (rows - 1), pca.TotalVariance, 1e-5 * pca.TotalVariance);
    }

    [Fact]
    public void A_sample_of_low_rank_is_reconstructed_from_that_many_axes()
    {
        var sample = new Matrix(40, 12);
        MatrixProduct.Multiply(Samples.Gaussian(31, 40, 3), Samples.Gaussian(32, 3, 12), sample);
        var pca = Pca.Fit(sample, 12);
        Assert.Equal(3, pca.Components.Rows);
        var coordinates = pca.Transform(sample);
        var point = new float[12];
        for (var i = 0; i < sample.Rows; i++)
        {
            pca.Reconstruct(coordinates.Row(i), point);
            for (var j = 0; j < point.Length; j++)
                Assert.Equal(sample[i, j], point[j], 2e-5f);
        }
    }

    [Fact]
    public void Samples_without_axes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Pca.Fit(new Matrix(1, 4), 2));
        Assert.Contains("equal", Assert.Throws<ArgumentException>(() => Pca.Fit(new Matrix(5, 4), 2)).Message);
        var sample = Samples.Gaussian(1, 5, 4);
        sample[2, 3] = float.PositiveInfinity;
        Assert.Contains("Column 3", Assert.Throws<ArgumentException>(() => Pca.Fit(sample, 2)).Message);
        Assert.Throws<ArgumentException>(() => Pca.Fit(Samples.Gaussian(1, 5, 4), 2).Transform(new float[3], new float[2]));
    }
}
