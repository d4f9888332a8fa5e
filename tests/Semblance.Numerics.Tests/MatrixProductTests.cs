using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class MatrixProductTests
{
    public static TheoryData<string> Names => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_agree_with_double_precision_on_every_shape(string name)
    {
        var width = SimdWidth<float>.Available.Single(one => one.Name == name);
        var random = new SeededRandom(20);
        for (var round = 0; round < 60; round++)
        {
            var (rows, depth, columns) = (random.NextInt(70) + 1, random.NextInt(70), random.NextInt(70) + 1);
            Check(width, rows, depth, columns, round % 2 == 0, round % 4 < 2, threads: 1 + round % 2, round);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_that_cross_every_block_border_are_right(string name)
    {
        var width = SimdWidth<float>.Available.Single(one => one.Name == name);
        Check(width, 197, 259, 1027, transposeA: false, transposeB: true, threads: 2, seed: 100);
        Check(width, 97, 513, 33, transposeA: true, transposeB: false, threads: 1, seed: 101);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gram_matrices_agree_with_double_precision_and_are_symmetric(string name)
    {
        var width = SimdWidth<float>.Available.Single(one => one.Name == name);
        foreach (var (rows, columns) in new[] { (1, 1), (5, 3), (40, 129), (300, 210), (3, 1100) })
        {
            var a = Samples.Gaussian(rows, rows, columns);
            foreach (var transpose in new[] { true, false })
            {
                var size = transpose ? columns : rows;
                var result = Garbage(size, size);
                MatrixProduct.Gram(width, a, result, transpose, threads: 2);
                var general = Garbage(size, size);
                MatrixProduct.Multiply(width, new Factor(a, transpose), new Factor(a, !transpose), general, threads: 1);
                for (var i = 0; i < size; i++)
                {
                    for (var j = 0; j < size; j++)
                    {
                        Assert.Equal(result[i, j], result[j, i]);
                        if (i <= j)
                            Assert.Equal(general[i, j], result[i, j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var a = Samples.Gaussian(1, 300, 270);
        var b = Samples.Gaussian(2, 270, 140);
        var (one, many) = (new Matrix(300, 140), new Matrix(300, 140));
        MatrixProduct.Multiply(a, b, one);
        MatrixProduct.Multiply(a, b, many, threads: 4);
        Assert.True(one.Span.SequenceEqual(many.Span));
    }

    [Fact]
    public void Shapes_that_do_not_fit_and_shared_memory_are_refused()
    {
        var a = new Matrix(2, 3);
        Assert.Contains("[2, 3] · [2, 3]", Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(a, a, new Matrix(2, 2))).Message);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(a, a, new Matrix(3, 2), transposeB: true));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Gram(a, new Matrix(2, 2)));
        var square = new Matrix(2, 2);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(square, new Matrix(2, 2), square));
    }

    private static void Check(SimdWidth<float> width, int rows, int depth, int columns, bool transposeA, bool transposeB, int threads, int seed)
    {
        var a = transposeA ? Samples.Gaussian(seed, depth, rows) : Samples.Gaussian(seed, rows, depth);
        var b = transposeB ? Samples.Gaussian(seed + 1000, columns, depth) : Samples.Gaussian(seed + 1000, depth, columns);
        var result = Garbage(rows, columns);
        MatrixProduct.Multiply(width, new Factor(a, transposeA), new Factor(b, transposeB), result, threads);
        var expected = Samples.Product(a, transposeA, b, transposeB);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                Assert.Equal(expected[i, j], result[i, j], 1e-6 * (depth + 10));
        }
    }

    private static Matrix Garbage(int rows, int columns)
    {
        var matrix = new Matrix(rows, columns);
        matrix.Span.Fill(float.NaN);
        return matrix;
    }
}
