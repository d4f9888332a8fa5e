using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Principal component analysis from a random projection of the sample with power iterations (Halko, Martinsson and Tropp,
/// "Finding structure with randomness", 2011, algorithms 4.4 and 5.1): the leading axes of a wide sample at a fraction of the
/// time of <see cref="Pca.Fit"/>, O(n·d·k) instead of O(n·d·min(n, d) + min(n, d)³).
/// </summary>
/// <remarks>
/// The error of an axis shrinks as (λ of the first axis left out / its own λ) to the power 2·iterations + 1: axes well above the
/// rest of the spectrum come out exactly, while the last ones of a flat spectrum are a good subspace rather than the exact axes.
/// </remarks>
public static class RandomizedPca
{
    /// <summary>Analyses <paramref name="sample"/>, [n, d].</summary>
    /// <param name="components">Wanted number of axes; there are never more than the rank of the centred sample.</param>
    /// <param name="oversampling">Directions carried along beside those wanted.</param>
    /// <param name="powerIterations">How often the subspace is sent through the covariance; each costs two products with the sample.</param>
    /// <param name="seed">Of the random projection: the same seed gives the same axes.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or all rows equal.</exception>
    public static Pca Fit(
        Matrix sample, int components, int oversampling = 16, int powerIterations = 4, long seed = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(components);
        ArgumentOutOfRangeException.ThrowIfNegative(oversampling);
        ArgumentOutOfRangeException.ThrowIfNegative(powerIterations);
        var (centered, mean, total) = CovarianceSpectrum.Center(sample);
        var width = (int)Math.Min((long)components + oversampling, Math.Min(sample.Rows - 1, sample.Columns));
        // Everything lies row by row, transposed against the paper: one direction is one row.
        var directions = new Matrix(width, sample.Columns);
        var random = new SeededRandom(seed);
        foreach (ref var x in directions.Span)
            x = (float)random.NextGaussian();

        var threads = Environment.ProcessorCount;
        var images = new Matrix(width, sample.Rows);
        for (var iteration = 0; ; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            MatrixProduct.Multiply(directions, centered, images, transposeB: true, threads: threads);
            OrthonormalRows.Make(images);
            MatrixProduct.Multiply(images, centered, directions, threads: threads);
            if (iteration == powerIterations)
                break;
            OrthonormalRows.Make(directions);
        }

        // Now directions = Qᵀ·X, whose right singular vectors are the axes.
        var gram = new Matrix(width, width);
        MatrixProduct.GramOfRows(directions, gram, threads);
        var eigen = SymmetricEigen.Top(gram, Math.Min(components, width), threads, cancellationToken);
        var rank = eigen.Values.Count(value => value > CovarianceSpectrum.RankTolerance * eigen.Values[0]);
        var axes = new Matrix(rank, sample.Columns);
        MatrixProduct.Multiply(eigen.Vectors.Slice(0, rank), directions, axes, threads: threads);
        OrthonormalRows.Make(axes);
        for (var i = 0; i < rank; i++)
            MakeLargestPositive(axes.Row(i));
        return new Pca(new CovarianceSpectrum(mean, total, [.. eigen.Values.Take(rank).Select(value => value / (sample.Rows - 1))], axes));
    }

    // The sign that SymmetricEigen gives, so that both analyses agree.
    private static void MakeLargestPositive(Span<float> axis)
    {
        var largest = 0f;
        foreach (var x in axis)
        {
            if (MathF.Abs(x) > MathF.Abs(largest))
                largest = x;
        }
        if (largest >= 0)
            return;
        foreach (ref var x in axis)
            x = -x;
    }
}
