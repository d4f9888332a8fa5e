namespace Semblance.Numerics;

/// <summary>
/// The orthogonal polar factor of a square matrix, U·Vᵀ of its singular value decomposition U·Σ·Vᵀ: the orthogonal matrix
/// nearest to it (orthogonal Procrustes problem; Schönemann, 1966), by the Newton–Schulz iteration X ← X·(3·I − Xᵀ·X) / 2
/// (Higham, "Functions of matrices", 2008, 8.3), which is nothing but matrix products.
/// </summary>
public static class PolarFactor
{
    private const float Tolerance = 2e-5f;

    // A singular value 10⁻⁵ of the largest grows to 1 within 35.
    private const int MaxIterations = 60;

    /// <summary>
    /// Writes the factor of <paramref name="matrix"/>, both [d, d]; O(d³) an iteration, a few dozen of them.
    /// False when the matrix is singular to rounding, so that there is no one nearest orthogonal matrix.
    /// </summary>
    public static bool TryFind(Matrix matrix, Matrix factor, int threads)
    {
        var size = matrix.Rows;
        var scale = 1 / SpectralBound(matrix);
        if (!float.IsFinite(scale))
            return false;
        for (var i = 0; i < matrix.Span.Length; i++)
            factor.Span[i] = matrix.Span[i] * scale;
        var gram = new Matrix(size, size);
        var next = new Matrix(size, size);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            MatrixProduct.Gram(factor, gram, threads);
            var error = 0f;
            for (var i = 0; i < size; i++)
            {
                var row = gram.Row(i);
                for (var j = 0; j < size; j++)
                {
                    var identity = i == j ? 1f : 0f;
                    error = MathF.Max(error, MathF.Abs(row[j] - identity));
                    row[j] = 1.5f * identity - 0.5f * row[j];
                }
            }
            if (error <= Tolerance)
                return true;
            MatrixProduct.Multiply(factor, gram, next, threads: threads);
            next.Span.CopyTo(factor.Span);
        }
        return false;
    }

    /// <summary>√(largest column sum · largest row sum), no less than the largest singular value.</summary>
    private static float SpectralBound(Matrix matrix)
    {
        var columns = new double[matrix.Columns];
        var largestRow = 0.0;
        for (var i = 0; i < matrix.Rows; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < matrix.Columns; j++)
            {
                var x = Math.Abs((double)matrix[i, j]);
                sum += x;
                columns[j] += x;
            }
            largestRow = Math.Max(largestRow, sum);
        }
        return (float)Math.Sqrt(largestRow * columns.Max());
    }
}
