using System.Numerics.Tensors;

namespace Semblance.Numerics.Spectra;

/// <summary>
/// Mean and leading principal axes of a sample: eigenpairs of the covariance with denominator n − 1, from the [d, d]
/// covariance, or from the [n, n] products of the rows where the sample has fewer rows than columns (both have the same
/// non-zero eigenvalues).
/// </summary>
/// <remarks>
/// Products are summed in float32: eigenvalues below about 10⁻⁷ of the largest are rounding, and are taken for zero.
/// </remarks>
internal sealed class CovarianceSpectrum
{
    /// <summary>Variance below this part of the largest is rounding error of float32 sums.</summary>
    public const double RankTolerance = 1e-6;

    // 64 MB of centred rows at a time: adding up [d, d] parts is then lost in the time of the products.
    private const int ScatterFloats = 1 << 24;

    public CovarianceSpectrum(float[] mean, double totalVariance, double[] variances, Matrix axes)
        => (Mean, TotalVariance, Variances, Axes) = (mean, totalVariance, variances, axes);

    public float[] Mean { get; }

    /// <summary>Trace of the covariance: the sum of all d variances, kept or not.</summary>
    public double TotalVariance { get; }

    /// <summary>Largest first; as many as asked for, or the rank of the sample if that is less.</summary>
    public double[] Variances { get; }

    /// <summary>[Variances.Length, d], orthonormal rows.</summary>
    public Matrix Axes { get; }

    /// <summary>Passes over the sample twice and keeps no copy of it, unless it has fewer rows than columns.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or no variance at all.</exception>
    public static CovarianceSpectrum Of(IVectorRows sample, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var threads = Environment.ProcessorCount;
        if (sample.Count < sample.Dimension)
            return OfFewRows(sample as Matrix ?? RowPass.ToMatrix(sample, cancellationToken), count, threads, cancellationToken);
        var (gram, mean, total) = Scatter(sample, threads, cancellationToken);
        var (variances, axes) = Leading(gram, count, sample.Count, threads, cancellationToken);
        return new CovarianceSpectrum(mean, total, variances, axes);
    }

    /// <summary>The scatter matrix Σ (x − mean)·(x − mean)ᵀ, [d, d], in two passes; the mean; and the trace of the covariance.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or no variance at all.</exception>
    public static (Matrix Scatter, float[] Mean, double TotalVariance) Scatter(IVectorRows sample, int threads, CancellationToken cancellationToken)
    {
        var mean = MeanOf(sample, cancellationToken);
        var dimension = sample.Dimension;
        var rows = (int)Math.Clamp(sample.Count, 1, Math.Max(dimension, ScatterFloats / dimension));
        var scatter = new Matrix(dimension, dimension);
        var part = rows < sample.Count ? new Matrix(dimension, dimension) : scatter;
        var centered = new Matrix(rows, dimension);
        var squares = 0.0;
        RowPass.ForEachBlock(sample, rows, (_, count, block) =>
        {
            var those = centered.Slice(0, count);
            squares += Subtract(block, mean, those);
            MatrixProduct.Gram(those, part, threads);
            for (var i = 0; i < dimension && part != scatter; i++)
                TensorPrimitives.Add(scatter.Row(i), part.Row(i), scatter.Row(i));
        }, cancellationToken);
        ThrowIfAllEqual(squares, sample.Count, nameof(sample));
        return (scatter, mean, squares / (sample.Count - 1));
    }

    /// <summary>The sample about its mean, that mean, and the trace of the covariance.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or no variance at all.</exception>
    public static (Matrix Centered, float[] Mean, double TotalVariance) Center(Matrix sample)
    {
        var mean = MeanOf(sample, CancellationToken.None);
        var centered = new Matrix(sample.Rows, sample.Columns);
        var squares = 0.0;
        RowPass.ForEachBlock(sample, (first, count, block) => squares += Subtract(block, mean, centered.Slice((int)first, count)), CancellationToken.None);
        ThrowIfAllEqual(squares, sample.Rows, nameof(sample));
        return (centered, mean, squares / (sample.Rows - 1));
    }

    private static CovarianceSpectrum OfFewRows(Matrix sample, int count, int threads, CancellationToken cancellationToken)
    {
        var (centered, mean, total) = Center(sample);
        var gram = new Matrix(sample.Rows, sample.Rows);
        MatrixProduct.GramOfRows(centered, gram, threads);
        var (variances, vectors) = Leading(gram, count, sample.Rows, threads, cancellationToken);
        return new CovarianceSpectrum(mean, total, variances, AxesFromRows(vectors, centered, threads));
    }

    /// <summary>Eigenvalues of the covariance and eigenvectors of the Gram matrix, as many as the sample's rank allows.</summary>
    private static (double[] Variances, Matrix Vectors) Leading(Matrix gram, int count, long rows, int threads, CancellationToken cancellationToken)
    {
        var eigen = SymmetricEigen.Top(gram, Math.Min(count, gram.Rows), threads, cancellationToken);
        // Centering takes one dimension from the span of the rows.
        var most = (int)Math.Min(eigen.Values.Length, rows - 1);
        var rank = eigen.Values.Take(most).Count(value => value > RankTolerance * eigen.Values[0]);
        return ([.. eigen.Values.Take(rank).Select(value => value / (rows - 1))], eigen.Vectors.Slice(0, rank));
    }

    private static float[] MeanOf(IVectorRows sample, CancellationToken cancellationToken)
    {
        if (sample.Count < 2 || sample.Dimension == 0)
            throw new ArgumentException($"Principal axes need two vectors or more; the sample is [{sample.Count}, {sample.Dimension}].", nameof(sample));
        var sums = new double[sample.Dimension];
        RowPass.ForEachBlock(sample, (_, _, block) =>
        {
            for (; block.Length > 0; block = block[sums.Length..])
            {
                for (var j = 0; j < sums.Length; j++)
                    sums[j] += block[j];
            }
        }, cancellationToken);
        for (var j = 0; j < sums.Length; j++)
        {
            if (!double.IsFinite(sums[j]))
                throw new ArgumentException($"Column {j} of the sample holds a value that is not finite; leave such vectors out.", nameof(sample));
        }
        return [.. sums.Select(sum => (float)(sum / sample.Count))];
    }

    /// <summary>The block about the mean; returns the sum of its squares.</summary>
    private static double Subtract(ReadOnlySpan<float> block, float[] mean, Matrix centered)
    {
        var squares = 0.0;
        for (var i = 0; i < centered.Rows; i++)
        {
            var row = centered.Row(i);
            TensorPrimitives.Subtract(block.Slice(i * mean.Length, mean.Length), mean, row);
            squares += VectorMath.Dot(row, row);
        }
        return squares;
    }

    private static void ThrowIfAllEqual(double squares, long rows, string parameter)
    {
        if (squares == 0)
            throw new ArgumentException($"All {rows} vectors of the sample are equal, so it has no principal axes.", parameter);
    }

    /// <summary>An eigenvector u of X·Xᵀ gives the axis Xᵀu, up to length.</summary>
    private static Matrix AxesFromRows(Matrix vectors, Matrix centered, int threads)
    {
        var axes = new Matrix(vectors.Rows, centered.Columns);
        MatrixProduct.Multiply(vectors, centered, axes, threads: threads);
        for (var i = 0; i < axes.Rows; i++)
            VectorMath.NormalizeL2(axes.Row(i));
        return axes;
    }
}
