using System.Buffers;
using System.Numerics.Tensors;
using Semblance.Numerics.Serialization;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Shrunk whitening that also plays down the directions in which vectors move for reasons that do not matter, such as a picture's being
/// saved smaller: <c>y = V·M^(−1/2)·(x − mean)</c>, scaled to length 1, with
/// <c>M = C + c·λ̄·I + β·(tr C / tr S)·S</c>.
/// </summary>
/// <remarks>
/// <para>
/// C is the covariance of the collection, λ̄ its mean eigenvalue tr C / d, S the mean of d·dᵀ over the differences d that were seen,
/// about zero and not about their mean: a shift that all of them share is a nuisance, too. V are the leading principal axes of the
/// collection behind M^(−1/2). Directions that hold much of S and little of C come out small. Within-class covariance normalisation
/// (Hatch, Kajarekar, Stolcke 2006) is the same with S in the place of M. Without differences it gives the dot products of
/// <see cref="ShrunkWhitening"/>.
/// </para>
/// <para>Fit it on the collection itself. Immutable, and safe for use by several threads.</para>
/// </remarks>
public sealed class NuisanceWhitening
{
    private const int Version = 1;

    private readonly float[] _mean;
    private readonly Matrix _projection;

    private NuisanceWhitening(float[] mean, Matrix projection) => (_mean, _projection) = (mean, projection);

    private static ReadOnlySpan<byte> Magic => "SMBLNUIS"u8;

    public int InputDimension => _mean.Length;

    public int OutputDimension => _projection.Rows;

    /// <summary>O(n·d² + d³).</summary>
    /// <param name="sample">The collection, n vectors of length d, read twice, or those drawn once; more than <see cref="ShrunkWhitening.MaximumSampleRows"/> rows are thinned by the seed.</param>
    /// <param name="differences">From a vector to what it becomes when only something unimportant changes, <c>[m, d]</c>; m may be 0.</param>
    /// <param name="dimension">Wanted output dimension; what comes out is never more than the rank of the centred sample.</param>
    /// <param name="shrink">c > 0: what is left of the whitening, as in <see cref="ShrunkWhitening"/>.</param>
    /// <param name="nuisance">β ≥ 0: what the differences weigh beside the collection.</param>
    /// <param name="seed">Which rows are drawn from a sample that is too large.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, an element that is not finite, all rows equal, or differences of another dimension.</exception>
    public static NuisanceWhitening Fit(IVectorRows sample, Matrix differences, int dimension, float shrink = 200, float nuisance = 100, int seed = 0, CancellationToken cancellationToken = default)
    {
        if (!(shrink > 0 && float.IsFinite(shrink)))
            throw new ArgumentOutOfRangeException(nameof(shrink), shrink, "Shrinkage is a finite number above 0.");
        if (!(nuisance >= 0 && float.IsFinite(nuisance)))
            throw new ArgumentOutOfRangeException(nameof(nuisance), nuisance, "The weight of the differences is a finite number, 0 or more.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (differences.Rows > 0 && differences.Columns != sample.Dimension)
            throw new ArgumentException($"The differences have {differences.Columns} columns and the sample {sample.Dimension}.", nameof(differences));
        var threads = Environment.ProcessorCount;
        var size = sample.Dimension;
        var thinned = SampleRows.Thin(sample, ShrunkWhitening.MaximumSampleRows, seed);
        var (covariance, mean, total) = CovarianceSpectrum.Scatter(thinned, threads, cancellationToken);
        TensorPrimitives.Multiply(covariance.Span, 1f / (thinned.Count - 1), covariance.Span);
        var metric = new Matrix(size, size);
        covariance.Span.CopyTo(metric.Span);
        AddDifferences(metric, differences, nuisance * total, threads);
        for (var i = 0; i < size; i++)
            metric[i, i] += (float)(shrink * total / size);

        var root = InverseRoot(metric, threads, cancellationToken);
        // The collection as it lies behind the root: its principal axes are the ones to keep.
        var (half, whitened) = (new Matrix(size, size), new Matrix(size, size));
        MatrixProduct.Multiply(covariance, root, half, threads: threads);
        MatrixProduct.Multiply(root, half, whitened, threads: threads);
        var axes = SymmetricEigen.Top(whitened, Math.Min(dimension, size), threads, cancellationToken);
        var rank = axes.Values.Take((int)thinned.Count - 1).Count(value => value > CovarianceSpectrum.RankTolerance * axes.Values[0]);
        var projection = new Matrix(rank, size);
        MatrixProduct.Multiply(axes.Vectors.Slice(0, rank), root, projection, threads: threads);
        return new NuisanceWhitening(mean, projection);
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
        // One row is a query's, for which threads would only have to be started.
        if (x.Rows == 1)
            Apply(x.Row(0), result.Row(0));
        else
            Parallel.For(0, x.Rows, i => Apply(x.Row(i), result.Row(i)));
        return result;
    }

    /// <summary>Little-endian: "SMBLNUIS", version, input and output dimension (int32), then float32: mean, projection row after row; and the SHA-256 of all that.</summary>
    public byte[] Serialize()
    {
        using var writer = new FittedBytesWriter(Magic, Version);
        writer.Write(InputDimension);
        writer.Write(OutputDimension);
        writer.Write(_mean);
        writer.Write(_projection.Span);
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a whole projection of this version.</exception>
    public static NuisanceWhitening Deserialize(ReadOnlySpan<byte> bytes)
    {
        var reader = new FittedBytesReader(bytes, Magic, Version, "projection");
        var input = reader.Size(int.MaxValue);
        var output = reader.Size(input);
        var mean = reader.Singles(input);
        var projection = new Matrix(reader.Singles((long)input * output), output, input);
        reader.End();
        return new NuisanceWhitening(mean, projection);
    }

    /// <summary>Adds the differences' second moment, brought to the trace <paramref name="trace"/>; nothing where there are none.</summary>
    private static void AddDifferences(Matrix metric, Matrix differences, double trace, int threads)
    {
        var total = 0.0;
        for (var i = 0; i < differences.Rows; i++)
            total += TensorPrimitives.SumOfSquares<float>(differences.Row(i));
        if (total == 0 || trace == 0)
            return;
        if (!double.IsFinite(total))
            throw new ArgumentException("The differences hold a value that is not finite; leave such vectors out.", nameof(differences));
        var moment = new Matrix(metric.Rows, metric.Columns);
        MatrixProduct.Gram(differences, moment, threads);
        TensorPrimitives.MultiplyAdd(moment.Span, (float)(trace / total), metric.Span, metric.Span);
    }

    /// <summary>The symmetric root of the inverse, by eigenpairs.</summary>
    private static Matrix InverseRoot(Matrix metric, int threads, CancellationToken cancellationToken)
    {
        var eigen = SymmetricEigen.Decompose(metric, threads, cancellationToken);
        var scaled = new Matrix(metric.Rows, metric.Columns);
        for (var i = 0; i < scaled.Rows; i++)
            TensorPrimitives.Multiply(eigen.Vectors.Row(i), (float)Math.Pow(eigen.Values[i], -0.25), scaled.Row(i));
        var root = new Matrix(metric.Rows, metric.Columns);
        MatrixProduct.Gram(scaled, root, threads);
        return root;
    }
}
