using Semblance.Numerics.Hadamard;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class RandomRotationTests
{
    [Fact]
    public void Norms_and_dot_products_are_preserved_at_every_dimension()
    {
        foreach (var dimension in Enumerable.Range(1, 130).Concat([192, 384, 513, 768, 960, 1224, 4096]))
        {
            var rotation = new RandomRotation(dimension, 7);
            var sample = Samples.Gaussian(dimension, 2, dimension);
            var rotated = rotation.Apply(sample);
            var (a, b) = (Length(sample.Row(0)), Length(sample.Row(1)));
            Assert.Equal(a, Length(rotated.Row(0)), 1e-6 * a);
            Assert.Equal(Dot(sample.Row(0), sample.Row(1)), Dot(rotated.Row(0), rotated.Row(1)), 1e-6 * a * b);

            var back = new float[dimension];
            rotation.ApplyInverse(rotated.Row(0), back);
            for (var i = 0; i < dimension; i++)
                Assert.Equal(sample[0, i], back[i], 1e-5f);
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    [InlineData(100)]
    public void The_rotated_unit_vectors_are_orthonormal(int dimension)
    {
        var rotated = new RandomRotation(dimension, 3).Apply(Identity(dimension));
        var products = Samples.Product(rotated, false, rotated, true);
        for (var i = 0; i < dimension; i++)
        {
            for (var j = 0; j < dimension; j++)
                Assert.Equal(i == j ? 1 : 0, products[i, j], 1e-5);
        }
    }

    // A unit vector's image is like a random point of the sphere: no coordinate carries much, and the fourth moment is the normal's.
    [Theory]
    [InlineData(96)]
    [InlineData(128)]
    [InlineData(300)]
    [InlineData(960)]
    public void The_coordinates_of_a_unit_vector_spread_out(int dimension)
    {
        var largest = 0f;
        double fourth = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var unit = new float[dimension];
            unit[seed * 31 % dimension] = 1;
            new RandomRotation(dimension, seed).Apply(unit, unit);
            foreach (var x in unit)
            {
                largest = Math.Max(largest, Math.Abs(x));
                fourth += Math.Pow(x, 4) * dimension / 20;
            }
        }
        Assert.InRange(largest * Math.Sqrt(dimension), 2, 5.5);
        Assert.InRange(fourth, 2.4, 3.6);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(200)]
    public void Coordinates_are_signed_at_random_over_the_seeds(int dimension)
    {
        const int Seeds = 400;
        var unit = new float[dimension];
        unit[5] = 1;
        var image = new float[dimension];
        var positive = new int[dimension];
        for (var seed = 0; seed < Seeds; seed++)
        {
            new RandomRotation(dimension, seed).Apply(unit, image);
            for (var i = 0; i < dimension; i++)
                positive[i] += image[i] > 0 ? 1 : 0;
        }
        // Five standard deviations of a fair coin, and room for zeros.
        Assert.All(positive, count => Assert.InRange(count, Seeds / 2 - 65, Seeds / 2 + 65));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_every_instruction_set_and_in_place()
    {
        foreach (var dimension in Enumerable.Range(1, 70).Concat([96, 128, 130, 256, 500, 1024]))
        {
            var sample = Samples.Gaussian(dimension, 1, dimension);
            var expected = new float[dimension];
            var inverse = new float[dimension];
            new RandomRotation(dimension, 11, new ScalarHadamardKernel()).Apply(sample.Row(0), expected);
            new RandomRotation(dimension, 11, new ScalarHadamardKernel()).ApplyInverse(expected, inverse);
            foreach (var kernel in HadamardKernels.Available)
            {
                var rotation = new RandomRotation(dimension, 11, kernel);
                var image = sample.Row(0).ToArray();
                rotation.Apply(image, image);
                Assert.Equal(expected, image);
                rotation.ApplyInverse(image, image);
                Assert.Equal(inverse, image);
            }
            if (dimension > 8)
                Assert.NotEqual(expected, new RandomRotation(dimension, 12).Apply(sample).Span.ToArray());
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomRotation(0, 1));
        var rotation = new RandomRotation(8, 1);
        Assert.Contains("8", Assert.Throws<ArgumentException>(() => rotation.Apply(new float[7], new float[8])).Message);
        Assert.Throws<ArgumentException>(() => rotation.ApplyInverse(new float[8], new float[9]));
        Assert.Throws<ArgumentException>(() => rotation.Apply(new Matrix(2, 9)));
    }

    private static Matrix Identity(int size)
    {
        var identity = new Matrix(size, size);
        for (var i = 0; i < size; i++)
            identity[i, i] = 1;
        return identity;
    }

    private static double Length(ReadOnlySpan<float> x) => Math.Sqrt(Dot(x, x));

    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }
}
