namespace Semblance.Numerics.Tests;

/// <summary>Data made from seeds, and naive products in double precision to check against.</summary>
internal static class Samples
{
    public static Matrix Gaussian(int seed, int rows, int columns)
    {
        var random = new SeededRandom(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var x in matrix.Span)
            x = (float)random.NextGaussian();
        return matrix;
    }

    /// <summary>Rows whose covariance falls off as 1/(1 + i/4) along random directions, about a mean far from zero.</summary>
    public static Matrix Decaying(int seed, int rows, int columns)
    {
        var mixing = Gaussian(seed + 1, columns, columns);
        var scaled = Gaussian(seed, rows, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                scaled[i, j] /= MathF.Sqrt(columns * (1 + j / 4f));
        }
        var result = new Matrix(rows, columns);
        MatrixProduct.Multiply(scaled, mixing, result);
        foreach (ref var x in result.Span)
            x += 2;
        return result;
    }

    public static double[,] Product(Matrix a, bool transposeA, Matrix b, bool transposeB)
    {
        var rows = transposeA ? a.Columns : a.Rows;
        var depth = transposeA ? a.Rows : a.Columns;
        var columns = transposeB ? b.Rows : b.Columns;
        var product = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var k = 0; k < depth; k++)
                    product[i, j] += (double)(transposeA ? a[k, i] : a[i, k]) * (transposeB ? b[j, k] : b[k, j]);
            }
        }
        return product;
    }
}
