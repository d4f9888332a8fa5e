using System.Buffers;
using System.Numerics.Tensors;
using Semblance.Numerics.Serialization;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// A projection onto the leading principal axes of a collection with shrunk whitening:
/// <c>yᵢ = vᵢ·(x − mean) / √(λᵢ + c·λ̄)</c>, then scaled to length 1.
/// </summary>
/// <remarks>
/// <para>
/// λᵢ and vᵢ are eigenvalues and eigenvectors of the sample's covariance, largest first. λ̄ is the mean over <i>all</i>
/// input dimensions, trace(covariance) / <see cref="InputDimension"/>, not over those kept: it does not change with the
/// output dimension. c = 0 whitens fully, which on a small collection of few, large classes blows up the directions that
/// hold only noise; a large c leaves the proportions of plain PCA.
/// </para>
/// <para>Fit it on the collection itself: a projection fitted on another collection does not transfer. Immutable, and safe for use by several threads.</para>
/// </remarks>
public sealed class ShrunkWhitening
{
    /// <summary>
    /// A larger sample is thinned to this many rows, drawn by the seed: the covariance of a few thousand dimensions is
    /// settled by then, and the time of a fit is bounded.
    /// </summary>
    public const int MaximumSampleRows = 50_000;

    private const int Version = 1;

    private readonly float[] _mean;
    private readonly float[] _variances;
    private readonly Matrix _axes;
    private readonly Matrix _projection;

    private ShrunkWhitening(float[] mean, float[] variances, Matrix axes, float shrink, double meanVariance)
    {
        _mean = mean;
        _axes = axes;
        _variances = variances;
        Shrink = shrink;
        MeanVariance = meanVariance;
        _projection = new Matrix(axes.Rows, axes.Columns);
        for (var i = 0; i < axes.Rows; i++)
        {
            var scale = (float)(1 / Math.Sqrt(variances[i] + shrink * meanVariance));
            TensorPrimitives.Multiply(axes.Row(i), scale, _projection.Row(i));
        }
    }

    private static ReadOnlySpan<byte> Magic => "SMBLWHIT"u8;

    public int InputDimension => _mean.Length;

    public int OutputDimension => _projection.Rows;

    /// <summary>c of the formula.</summary>
    public float Shrink { get; }

    /// <summary>λ̄ of the formula: the mean of the covariance's eigenvalues over all input dimensions.</summary>
    public double MeanVariance { get; }

    /// <summary>λᵢ of the kept axes, largest first.</summary>
    public IReadOnlyList<float> Variances => _variances;

    /// <summary>
    /// Fits mean and axes to <paramref name="sample"/>, n vectors of length d. O(n·d·min(n, d) + min(n, d)³). They are read twice, or those
    /// drawn once.
    /// </summary>
    /// <param name="dimension">
    /// Wanted output dimension. What comes out is never more than the rank of the centred sample, so at most n − 1 and d:
    /// a smaller sample gives a smaller <see cref="OutputDimension"/>.
    /// </param>
    /// <param name="shrink">c ≥ 0; 5 was found best by measurement.</param>
    /// <param name="seed">Which rows are drawn when the sample has more than <see cref="MaximumSampleRows"/>.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, or all rows equal.</exception>
    public static ShrunkWhitening Fit(IVectorRows sample, int dimension, float shrink = 5, int seed = 0, CancellationToken cancellationToken = default)
    {
        if (!(shrink >= 0 && float.IsFinite(shrink)))
            throw new ArgumentOutOfRangeException(nameof(shrink), shrink, "Shrinkage is a finite number, 0 or more.");
        var spectrum = CovarianceSpectrum.Of(SampleRows.Thin(sample, MaximumSampleRows, seed), dimension, cancellationToken);
        var variances = spectrum.Variances.Select(variance => (float)variance).ToArray();
        return new ShrunkWhitening(spectrum.Mean, variances, spectrum.Axes, shrink, spectrum.TotalVariance / sample.Dimension);
    }

    /// <summary>Projects one vector. A vector that equals the mean becomes zero.</summary>
    /// <param name="x">Length <see cref="InputDimension"/>.</param>
    /// <param name="y">Length <see cref="OutputDimension"/>; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != InputDimension || y.Length != OutputDimension)
            throw new ArgumentException($"This projection takes {InputDimension} numbers to {OutputDimension}; it was given {x.Length} and room for {y.Length}.");
        var centered = ArrayPool<float>.Shared.Rent(InputDimension);
        TensorPrimitives.Subtract(x, _mean, centered);
        VectorMath.DotRows(centered.AsSpan(0, InputDimension), _projection.Span, y);
        ArrayPool<float>.Shared.Return(centered);
        VectorMath.NormalizeL2(y);
    }

    /// <summary>Projects every row, on all cores: [n, input] to [n, output]. Each row has the very bits that it has when projected alone.</summary>
    /// <exception cref="ArgumentException">The matrix has another number of columns than <see cref="InputDimension"/>.</exception>
    public Matrix Apply(Matrix x)
    {
        if (x.Columns != InputDimension)
            throw new ArgumentException($"This projection takes vectors of {InputDimension} numbers; the matrix has {x.Columns} columns.", nameof(x));
        var result = new Matrix(x.Rows, OutputDimension);
        Parallel.For(0, x.Rows, i => Apply(x.Row(i), result.Row(i)));
        return result;
    }

    /// <summary>
    /// Little-endian: "SMBLWHIT", version, input and output dimension (int32), c (float32), λ̄ (float64), then float32: mean,
    /// λ of the kept axes, axes row after row; and the SHA-256 of all that.
    /// </summary>
    public byte[] Serialize()
    {
        using var writer = new FittedBytesWriter(Magic, Version);
        writer.Write(InputDimension);
        writer.Write(OutputDimension);
        writer.Write(Shrink);
        writer.Write(MeanVariance);
        writer.Write(_mean);
        writer.Write(_variances);
        writer.Write(_axes.Span);
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a whole projection of this version.</exception>
    public static ShrunkWhitening Deserialize(ReadOnlySpan<byte> bytes)
    {
        var reader = new FittedBytesReader(bytes, Magic, Version, "projection");
        var input = reader.Size(int.MaxValue);
        var output = reader.Size(input);
        var shrink = reader.Single();
        var meanVariance = reader.Double();
        var mean = reader.Singles(input);
        var variances = reader.Singles(output);
        var axes = new Matrix(reader.Singles((long)input * output), output, input);
        reader.End();
        return new ShrunkWhitening(mean, variances, axes, shrink, meanVariance);
    }
}
