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

    public CovarianceSpectrum(float[] mean, double totalVariance, double[] variances, Matrix axes)
        => (Mean, TotalVariance, Variances, Axes) = (mean, totalVariance, variances, axes);

    public float[] Mean { get; }

    /// <summary>Trace of the covariance: the sum of all d variances, kept or not.</summary>
    public double TotalVariance { get; }

    /// <summary>Largest first; as many as asked for, or the rank of the sample if that is less.</summary>
    public double[] Variances { get; }

    /// <summary>[Variances.Length, d], orthonormal rows.</summary>
    public Matrix Axes { get; }

    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or no variance at all.</exception>
    public static CovarianceSpectrum Of(Matrix sample, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var threads = Environment.ProcessorCount;
        var (centered, mean, total) = Center(sample);
        var byRows = sample.Rows < sample.Columns;
        var gram = byRows ? new Matrix(sample.Rows, sample.Rows) : new Matrix(sample.Columns, sample.Columns);
        if (byRows)
            MatrixProduct.GramOfRows(centered, gram, threads);
        else
            MatrixProduct.Gram(centered, gram, threads);
        var eigen = SymmetricEigen.Top(gram, Math.Min(count, gram.Rows), threads, cancellationToken);

        // Centering takes one dimension from the span of the rows.
        var most = Math.Min(eigen.Values.Length, sample.Rows - 1);
        var rank = eigen.Values.Take(most).Count(value => value > RankTolerance * eigen.Values[0]);
        var axes = eigen.Vectors.Slice(0, rank);
        if (byRows)
            axes = AxesFromRows(axes, centered, threads);
        return new CovarianceSpectrum(mean, total, [.. eigen.Values.Take(rank).Select(value => value / (sample.Rows - 1))], axes);
    }

    /// <summary>The sample about its mean, that mean, and the trace of the covariance.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or no variance at all.</exception>
    public static (Matrix Centered, float[] Mean, double TotalVariance) Center(Matrix sample)
    {
        if (sample.Rows < 2 || sample.Columns == 0)
            throw new ArgumentException($"Principal axes need two vectors or more; the sample is [{sample.Rows}, {sample.Columns}].", nameof(sample));
        var mean = MeanOf(sample);
        var centered = Subtract(sample, mean);
        var total = VarianceOf(centered);
        if (total == 0)
            throw new ArgumentException($"All {sample.Rows} vectors of the sample are equal, so it has no principal axes.", nameof(sample));
        return (centered, mean, total);
    }

    private static float[] MeanOf(Matrix sample)
    {
        var sums = new double[sample.Columns];
        for (var i = 0; i < sample.Rows; i++)
        {
            var row = sample.Row(i);
            for (var j = 0; j < row.Length; j++)
                sums[j] += row[j];
        }
        for (var j = 0; j < sums.Length; j++)
        {
            if (!double.IsFinite(sums[j]))
                throw new ArgumentException($"Column {j} of the sample holds a value that is not finite; leave such vectors out.", nameof(sample));
        }
        return [.. sums.Select(sum => (float)(sum / sample.Rows))];
    }

    private static Matrix Subtract(Matrix sample, float[] mean)
    {
        var centered = new Matrix(sample.Rows, sample.Columns);
        for (var i = 0; i < sample.Rows; i++)
            TensorPrimitives.Subtract(sample.Row(i), mean, centered.Row(i));
        return centered;
    }

    private static double VarianceOf(Matrix centered)
    {
        var sum = 0.0;
        for (var i = 0; i < centered.Rows; i++)
            sum += VectorMath.Dot(centered.Row(i), centered.Row(i));
        return sum / (centered.Rows - 1);
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
