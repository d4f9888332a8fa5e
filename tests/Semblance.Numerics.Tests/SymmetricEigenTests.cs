using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(131)]
    public void Eigenpairs_agree_with_an_independent_solver(int size)
    {
        var matrix = Symmetric(size, size);
        var eigen = SymmetricEigen.Decompose(matrix, threads: 2);

        var reference = Matrix<double>.Build.Dense(size, size, (i, j) => matrix[i, j]).Evd(Symmetricity.Symmetric);
        var expected = reference.EigenValues.Select(value => value.Real).OrderDescending().ToArray();
        for (var i = 0; i < size; i++)
            Assert.Equal(expected[i], eigen.Values[i], 1e-12 * size * Math.Abs(expected[0]) + 1e-13);
        AssertEigenpairs(matrix, eigen);
    }

    [Fact]
    public void The_second_difference_matrix_has_its_known_spectrum()
    {
        const int size = 50;
        var matrix = new Matrix(size, size);
        for (var i = 0; i < size; i++)
        {
            matrix[i, i] = 2;
            if (i > 0)
                matrix[i, i - 1] = matrix[i - 1, i] = -1;
        }
        var eigen = SymmetricEigen.Decompose(matrix);
        for (var i = 0; i < size; i++)
            Assert.Equal(2 + 2 * Math.Cos((i + 1) * Math.PI / (size + 1)), eigen.Values[i], 1e-13);
        AssertEigenpairs(matrix, eigen);
    }

    [Fact]
    public void Equal_eigenvalues_still_get_orthonormal_vectors()
    {
        // Rank 7 of 60: fifty-three zero eigenvalues; and the identity, all equal.
        var factor = Samples.Gaussian(3, 7, 60);
        var matrix = new Matrix(60, 60);
        MatrixProduct.Gram(factor, matrix);
        var eigen = SymmetricEigen.Decompose(matrix);
        Assert.All(eigen.Values.Skip(7), value => Assert.Equal(0, value, 1e-4));
        AssertEigenpairs(matrix, eigen, 1e-4);

        var identity = new Matrix(20, 20);
        for (var i = 0; i < 20; i++)
            identity[i, i] = 1;
        var ones = SymmetricEigen.Decompose(identity);
        Assert.All(ones.Values, value => Assert.Equal(1, value));
        AssertEigenpairs(identity, ones);
        Assert.All(SymmetricEigen.Decompose(new Matrix(5, 5)).Values, value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_top_is_the_beginning_of_the_whole_whatever_the_threads()
    {
        var matrix = Symmetric(90, 5);
        var whole = SymmetricEigen.Decompose(matrix);
        var top = SymmetricEigen.Top(matrix, 11, threads: 3);
        Assert.Equal(whole.Values.Take(11), top.Values);
        Assert.True(whole.Vectors.Slice(0, 11).Span.SequenceEqual(top.Vectors.Span));
    }

    [Fact]
    public void Matrices_without_eigenvalues_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SymmetricEigen.Decompose(new Matrix(2, 3)));
        var notFinite = new Matrix(2, 2);
        notFinite[1, 0] = float.NaN;
        Assert.Contains("[1, 0]", Assert.Throws<ArgumentException>(() => SymmetricEigen.Decompose(notFinite)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SymmetricEigen.Top(new Matrix(2, 2), 3));
        Assert.Throws<OperationCanceledException>(() => SymmetricEigen.Decompose(Symmetric(4, 1), cancellationToken: new CancellationToken(canceled: true)));
    }

    private static void AssertEigenpairs(Matrix matrix, SymmetricEigen eigen, double tolerance = 2e-6)
    {
        var size = matrix.Rows;
        var scale = Math.Max(1, Math.Abs(eigen.Values[0]));
        for (var i = 0; i < eigen.Values.Length; i++)
        {
            var vector = eigen.Vectors.Row(i);
            for (var row = 0; row < size; row++)
                Assert.Equal(eigen.Values[i] * vector[row], VectorMath.Dot(matrix.Row(row), vector), tolerance * scale);
            for (var other = 0; other <= i; other++)
                Assert.Equal(other == i ? 1 : 0, VectorMath.Dot(vector, eigen.Vectors.Row(other)), 2e-6);
        }
    }

    private static Matrix Symmetric(int size, int seed)
    {
        var matrix = Samples.Gaussian(seed, size, size);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < i; j++)
                matrix[i, j] = matrix[j, i];
        }
        return matrix;
    }
}
