using System.Buffers;
using System.Numerics.Tensors;
using Semblance.Numerics.Serialization;
using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Iterative quantization: bits that keep neighbours near (Gong and Lazebnik, "Iterative quantization: a Procrustean approach to
/// learning binary codes", 2011). The centred vectors are projected onto their leading principal axes, one for each bit, and
/// those axes are rotated so that the projections lie as close as they can to the corners of a cube: the code's signs.
/// </summary>
/// <remarks>
/// The rotation is found by alternating: codes B = sign(V·R), then the R that minimises ‖B − V·R‖ for these codes. Each step can only
/// lower the loss. Immutable, and safe for use by several threads.
/// </remarks>
public sealed class Itq
{
    /// <summary>A larger sample is thinned to this many rows, drawn by the seed; the rotation is settled by far fewer.</summary>
    public const int MaximumSampleRows = 50_000;

    private const int Version = 1;

    // Holds the rotation where the codes leave it open (codes with equal bits); small enough never to matter elsewhere.
    private const float Inertia = 1e-4f;

    // Relative fall of the loss below which an iteration has nothing left to gain.
    private const double Settled = 1e-7;

    private readonly float[] _mean;
    private readonly Matrix _projection; // [bits, d]

    private Itq(float[] mean, Matrix projection, double[] losses) => (_mean, _projection, Losses) = (mean, projection, losses);

    private static ReadOnlySpan<byte> Magic => "SMBLITQ\n"u8;

    public int InputDimension => _mean.Length;

    public int Bits => _projection.Rows;

    /// <summary>
    /// Mean squared difference of code (±1) and projection for one bit, before the first iteration and after each, with the
    /// projections scaled to a mean square of 1: it never rises. Empty after <see cref="Deserialize"/>.
    /// </summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Fits axes and rotation to <paramref name="sample"/>, n vectors of length d, read three times, or those drawn once. O(n·d·min(n, d) + iterations · n · bits²).</summary>
    /// <param name="bits">At most the rank of the centred sample, so at most d and n − 1.</param>
    /// <param name="iterations">At most; it ends when the loss stands still.</param>
    /// <param name="seed">Of the rotation that it starts from, and of the rows drawn from a sample that is too large.</param>
    /// <exception cref="ArgumentException">The sample has fewer than <paramref name="bits"/> directions, or an element that is not finite.</exception>
    public static Itq Fit(IVectorRows sample, int bits, int iterations = 50, long seed = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        var thinned = SampleRows.Thin(sample, MaximumSampleRows, seed);
        var pca = Pca.Fit(thinned, bits, cancellationToken);
        if (pca.Components.Rows < bits)
            throw new ArgumentException($"The sample varies in {pca.Components.Rows} directions only, and {bits} bits need one each. Give more vectors, or take fewer bits.", nameof(sample));
        var threads = Environment.ProcessorCount;
        var projected = pca.Transform(thinned);
        var scale = (float)Math.Sqrt(projected.Span.Length / (double)TensorPrimitives.SumOfSquares<float>(projected.Span));
        TensorPrimitives.Multiply(projected.Span, scale, projected.Span);

        var rotation = RandomStart(bits, seed);
        var rotated = new Matrix(projected.Rows, bits);
        MatrixProduct.Multiply(projected, rotation, rotated, threads: threads);
        var losses = new List<double> { TakeSigns(rotated) };
        var correlation = new Matrix(bits, bits);
        var next = new Matrix(bits, bits);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // From here on rotated holds the codes. The best R for them is the polar factor of Vᵀ·B.
            MatrixProduct.Multiply(projected, rotated, correlation, transposeA: true, threads: threads);
            TensorPrimitives.MultiplyAdd(rotation.Span, Inertia * projected.Rows, correlation.Span, correlation.Span);
            if (!PolarFactor.TryFind(correlation, next, threads))
                break;
            MatrixProduct.Multiply(projected, next, rotated, threads: threads);
            var loss = TakeSigns(rotated);
            // At the end only rounding moves the loss.
            if (loss > losses[^1])
                break;
            (rotation, next) = (next, rotation);
            losses.Add(loss);
            if (losses[^2] - loss < Settled * loss)
                break;
        }

        var projection = new Matrix(bits, sample.Dimension);
        MatrixProduct.Multiply(rotation, pca.Components, projection, transposeA: true, threads: threads);
        return new Itq(pca.Mean, projection, [.. losses]);
    }

    /// <summary>The rotated projection whose signs are the code: <paramref name="x"/> of length d to <paramref name="y"/> of length bits.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Project(ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != InputDimension || y.Length != Bits)
            throw new ArgumentException($"This quantization takes {InputDimension} numbers to {Bits}; it was given {x.Length} and room for {y.Length}.");
        var centered = ArrayPool<float>.Shared.Rent(InputDimension);
        TensorPrimitives.Subtract(x, _mean, centered);
        VectorMath.DotRows(centered.AsSpan(0, InputDimension), _projection.Span, y);
        ArrayPool<float>.Shared.Return(centered);
    }

    /// <summary>
    /// Little-endian: "SMBLITQ\n", version, d and bits (int32), then float32: mean, projection row after row; and the SHA-256 of all that.
    /// </summary>
    public byte[] Serialize()
    {
        using var writer = new FittedBytesWriter(Magic, Version);
        writer.Write(InputDimension);
        writer.Write(Bits);
        writer.Write(_mean.AsSpan());
        writer.Write(_projection.Span);
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no whole quantization of this version.</exception>
    public static Itq Deserialize(ReadOnlySpan<byte> bytes)
    {
        var reader = new FittedBytesReader(bytes, Magic, Version, "quantization");
        var dimension = reader.Size(int.MaxValue);
        var bits = reader.Size(dimension);
        var mean = reader.Singles(dimension);
        var projection = new Matrix(reader.Singles((long)dimension * bits), bits, dimension);
        reader.End();
        return new Itq(mean, projection, []);
    }

    // Orthonormal rows of normally distributed numbers are a uniformly random rotation.
    private static Matrix RandomStart(int bits, long seed)
    {
        var random = new SeededRandom(seed);
        var start = new Matrix(bits, bits);
        foreach (ref var x in start.Span)
            x = (float)random.NextGaussian();
        OrthonormalRows.Make(start);
        return start;
    }

    /// <summary>Replaces the projections by their signs; returns the mean of (|p| − 1)².</summary>
    private static double TakeSigns(Matrix rotated)
    {
        var sum = 0.0;
        foreach (ref var x in rotated.Span)
        {
            var sign = x > 0 ? 1f : -1f;
            sum += (sign - x) * (sign - x);
            x = sign;
        }
        return sum / rotated.Span.Length;
    }
}
