using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class ItqTests
{
    [Fact]
    public void The_loss_never_rises_and_falls_well_below_that_of_a_random_rotation()
    {
        var itq = Itq.Fit(Clustered(1, 3000, 40), 24, seed: 5);
        for (var i = 1; i < itq.Losses.Count; i++)
            Assert.True(itq.Losses[i] <= itq.Losses[i - 1], $"iteration {i}: {itq.Losses[i]} after {itq.Losses[i - 1]}");
        Assert.InRange(itq.Losses.Count, 5, 51);
        Assert.True(itq.Losses[^1] < 0.93 * itq.Losses[0], $"{itq.Losses[0]} to {itq.Losses[^1]}");
    }

    [Fact]
    public void Corners_of_a_rotated_cube_are_found_again()
    {
        // Independent signs, rotated: the rotation that undoes it has no loss.
        var random = new SeededRandom(3);
        var corners = new Matrix(4000, 8);
        foreach (ref var x in corners.Span)
            x = random.NextInt(2) == 0 ? 1 : -1;
        var sample = new RandomRotation(8, 4).Apply(corners);
        var best = Enumerable.Range(0, 5).Min(seed => Itq.Fit(sample, 8, 200, seed).Losses[^1]);
        Assert.InRange(best, 0, 0.01);
    }

    [Fact]
    public void The_projection_is_an_orthonormal_basis_of_the_leading_axes()
    {
        var sample = Samples.Decaying(6, 500, 20);
        var itq = Itq.Fit(sample, 12, seed: 1);
        var pca = Pca.Fit(sample, 12);
        var y = new float[12];
        for (var i = 0; i < 50; i++)
        {
            itq.Project(sample.Row(i), y);
            var coordinates = new float[12];
            pca.Transform(sample.Row(i), coordinates);
            var expected = VectorMath.Dot(coordinates, coordinates);
            Assert.Equal(expected, VectorMath.Dot(y, y), 1e-4f * (1 + expected));
        }
    }

    [Fact]
    public void The_polar_factor_is_that_of_the_singular_value_decomposition()
    {
        foreach (var size in new[] { 1, 2, 7, 32 })
        {
            var matrix = Samples.Gaussian(size, size, size);
            var factor = new Matrix(size, size);
            Assert.True(PolarFactor.TryFind(matrix, factor, 1));
            var svd = Matrix<double>.Build.Dense(size, size, (i, j) => matrix[i, j]).Svd();
            var expected = svd.U * svd.VT;
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                    Assert.Equal(expected[i, j], factor[i, j], 2e-4);
            }
        }
        Assert.False(PolarFactor.TryFind(new Matrix(3, 3), new Matrix(3, 3), 1));
    }

    [Fact]
    public void Read_back_it_is_the_same_and_the_same_seed_gives_the_same_bytes()
    {
        var sample = Samples.Decaying(7, 300, 20);
        var bytes = Itq.Fit(sample, 10, seed: 2).Serialize();
        Assert.Equal(bytes, Itq.Fit(sample, 10, seed: 2).Serialize());
        Assert.NotEqual(bytes, Itq.Fit(sample, 10, seed: 3).Serialize());
        var read = Itq.Deserialize(bytes);
        Assert.Equal((20, 10), (read.InputDimension, read.Bits));
        Assert.Equal(bytes, read.Serialize());
        for (var i = 0; i < bytes.Length; i += 5)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Itq.Deserialize(damaged));
            Assert.Throws<InvalidDataException>(() => Itq.Deserialize(bytes.AsSpan(0, i)));
        }
    }

    [Fact]
    public void More_bits_than_the_sample_has_directions_are_refused()
    {
        Assert.Contains("9 directions", Assert.Throws<ArgumentException>(() => Itq.Fit(Samples.Gaussian(1, 10, 30), 12)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Itq.Fit(Samples.Gaussian(1, 10, 30), 0));
        Assert.Throws<ArgumentException>(() => Itq.Fit(Samples.Gaussian(1, 50, 8), 4).Project(new float[8], new float[5]));
    }

    // A random matrix times separated clusters: where a rotation can align axes with corners.
    private static Matrix Clustered(int seed, int rows, int columns)
    {
        var random = new SeededRandom(seed);
        var centers = Samples.Gaussian(seed + 1, 60, columns);
        var sample = new Matrix(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            var center = centers.Row(random.NextInt(centers.Rows));
            for (var j = 0; j < columns; j++)
                sample[i, j] = center[j] + 0.3f * (float)random.NextGaussian();
        }
        return sample;
    }
}
