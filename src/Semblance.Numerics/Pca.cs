using System.Numerics.Tensors;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Principal component analysis: the orthonormal axes along which a sample varies most, found exactly (no random
/// projection). Covariance has denominator n − 1. Immutable, and safe for use by several threads.
/// </summary>
public sealed class Pca
{
    private Pca(CovarianceSpectrum spectrum)
    {
        Mean = spectrum.Mean;
        Components = spectrum.Axes;
        ExplainedVariance = spectrum.Variances;
        TotalVariance = spectrum.TotalVariance;
    }

    /// <summary>Length d.</summary>
    public float[] Mean { get; }

    /// <summary>[k, d]: row i is the unit axis of <see cref="ExplainedVariance"/>[i].</summary>
    public Matrix Components { get; }

    /// <summary>Variance of the sample along each axis, largest first.</summary>
    public double[] ExplainedVariance { get; }

    /// <summary>The sample's variance over all d dimensions; <see cref="ExplainedVariance"/> divided by it is the explained part.</summary>
    public double TotalVariance { get; }

    /// <summary>Analyses <paramref name="sample"/>, [n, d]. O(n·d·min(n, d) + min(n, d)³).</summary>
    /// <param name="components">Wanted number of axes; there are never more than the rank of the centred sample.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or all rows equal.</exception>
    public static Pca Fit(Matrix sample, int components, CancellationToken cancellationToken = default)
        => new(CovarianceSpectrum.Of(sample, components, cancellationToken));

    /// <summary>Coordinates of <paramref name="x"/> (length d) along the axes (length k).</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Transform(ReadOnlySpan<float> x, Span<float> coordinates)
    {
        ThrowIfLengthsAreWrong(x.Length, coordinates.Length);
        var centered = new float[x.Length];
        TensorPrimitives.Subtract(x, Mean, centered);
        VectorMath.DotRows(centered, Components.Span, coordinates);
    }

    /// <summary>Coordinates of every row: [n, d] to [n, k].</summary>
    /// <exception cref="ArgumentException">The rows have another length than d.</exception>
    public Matrix Transform(Matrix x)
    {
        var coordinates = new Matrix(x.Rows, Components.Rows);
        for (var i = 0; i < x.Rows; i++)
            Transform(x.Row(i), coordinates.Row(i));
        return coordinates;
    }

    /// <summary>The point with these coordinates: the nearest to the original among all in the span of the axes.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Reconstruct(ReadOnlySpan<float> coordinates, Span<float> x)
    {
        ThrowIfLengthsAreWrong(x.Length, coordinates.Length);
        Mean.CopyTo(x);
        for (var i = 0; i < coordinates.Length; i++)
            TensorPrimitives.MultiplyAdd(Components.Row(i), coordinates[i], x, x);
    }

    private void ThrowIfLengthsAreWrong(int dimension, int coordinates)
    {
        if (dimension != Mean.Length || coordinates != Components.Rows)
            throw new ArgumentException($"These axes relate {Mean.Length} dimensions and {Components.Rows} coordinates; {dimension} and {coordinates} were given.");
    }
}
