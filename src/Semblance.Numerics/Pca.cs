using System.Numerics.Tensors;
using Semblance.Numerics.Serialization;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Principal component analysis: the orthonormal axes along which a sample varies most, found exactly by <see cref="Fit"/> or
/// from random projections by <see cref="RandomizedPca"/>. Covariance has denominator n − 1. Immutable, and safe for use by
/// several threads.
/// </summary>
public sealed class Pca
{
    private const int Version = 1;

    internal Pca(CovarianceSpectrum spectrum)
        : this(spectrum.Mean, spectrum.Axes, spectrum.Variances, spectrum.TotalVariance)
    {
    }

    private Pca(float[] mean, Matrix components, double[] explainedVariance, double totalVariance)
        => (Mean, Components, ExplainedVariance, TotalVariance) = (mean, components, explainedVariance, totalVariance);

    private static ReadOnlySpan<byte> Magic => "SMBLPCA\n"u8;

    /// <summary>Length d.</summary>
    public float[] Mean { get; }

    /// <summary>[k, d]: row i is the unit axis of <see cref="ExplainedVariance"/>[i].</summary>
    public Matrix Components { get; }

    /// <summary>Variance of the sample along each axis, largest first.</summary>
    public double[] ExplainedVariance { get; }

    /// <summary>The sample's variance over all d dimensions; <see cref="ExplainedVariance"/> divided by it is the explained part.</summary>
    public double TotalVariance { get; }

    /// <summary>
    /// Analyses <paramref name="sample"/>, n vectors of length d. O(n·d·min(n, d) + min(n, d)³). They are read twice and no copy is kept, only
    /// [d, d] numbers; where n is less than d, once, and copied.
    /// </summary>
    /// <param name="components">Wanted number of axes; there are never more than the rank of the centred sample.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or all rows equal.</exception>
    public static Pca Fit(IVectorRows sample, int components, CancellationToken cancellationToken = default)
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

    /// <summary>Coordinates of n vectors, which are read once: length d to [n, k].</summary>
    /// <exception cref="ArgumentException">The vectors have another length than d.</exception>
    /// <exception cref="OverflowException">There are more vectors than a matrix can have rows.</exception>
    public Matrix Transform(IVectorRows x)
    {
        var dimension = x.Dimension;
        var coordinates = new Matrix(checked((int)x.Count), Components.Rows);
        RowPass.ForEachBlock(x, (first, count, block) =>
        {
            for (var i = 0; i < count; i++)
                Transform(block.Slice(i * dimension, dimension), coordinates.Row((int)first + i));
        }, CancellationToken.None);
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

    /// <summary>
    /// Little-endian: "SMBLPCA\n", version, d and k (int32), total variance and variances of the axes (float64), mean and axes
    /// row after row (float32); and the SHA-256 of all that.
    /// </summary>
    public byte[] Serialize()
    {
        using var writer = new FittedBytesWriter(Magic, Version);
        writer.Write(Mean.Length);
        writer.Write(Components.Rows);
        writer.Write(TotalVariance);
        writer.Write(ExplainedVariance.AsSpan());
        writer.Write(Mean.AsSpan());
        writer.Write(Components.Span);
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no whole analysis of this version.</exception>
    public static Pca Deserialize(ReadOnlySpan<byte> bytes)
    {
        var reader = new FittedBytesReader(bytes, Magic, Version, "principal component analysis");
        var dimension = reader.Size(int.MaxValue);
        var components = reader.Size(dimension);
        var total = reader.Double();
        var variances = reader.Doubles(components);
        var mean = reader.Singles(dimension);
        var axes = new Matrix(reader.Singles((long)dimension * components), components, dimension);
        reader.End();
        return new Pca(mean, axes, variances, total);
    }

    private void ThrowIfLengthsAreWrong(int dimension, int coordinates)
    {
        if (dimension != Mean.Length || coordinates != Components.Rows)
            throw new ArgumentException($"These axes relate {Mean.Length} dimensions and {Components.Rows} coordinates; {dimension} and {coordinates} were given.");
    }
}
