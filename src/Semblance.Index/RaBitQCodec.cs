using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// One bit an element, with an unbiased estimate of the distance and a bound on its error (Gao and Long, "RaBitQ: quantizing
/// high-dimensional vectors with a theoretical error bound for approximate nearest neighbor search", 2024). A vector's difference from
/// the centre is rotated at random; the code is its signs s, its length n, and f = ⟨o, s⟩ / √d, o being the direction. Then
/// ⟨o, q⟩ ≈ ⟨s, q⟩ / (f·√d), and the estimate is off by no more than ε·√((1 − f²) / (f²·(d − 1)))·|q| but for a share of the rotations
/// that falls as exp(−c·ε²). The product with the signs is exact here (the paper rounds the query to 4 bits as well): tables of 256
/// sums for each 8 elements.
/// </summary>
public sealed class RaBitQCodec : VectorCodec
{
    // Length and f as floats.
    private const int Header = 2 * sizeof(float);

    private readonly float[] _center;
    private readonly RandomRotation _rotation;

    internal RaBitQCodec(Matrix sample, long seed)
        : base("rabitq", sample.Columns, Header + ((sample.Columns + 7) / 8))
    {
        if (sample.Rows == 0)
            throw new ArgumentException("The sample has no rows; give at least one.", nameof(sample));
        _center = new float[Dimension];
        for (var row = 0; row < sample.Rows; row++)
            TensorPrimitives.Add(_center, sample.Row(row), _center);
        TensorPrimitives.Divide(_center, sample.Rows, _center);
        _rotation = new RandomRotation(Dimension, seed);
    }

    /// <summary>
    /// Estimates and the bounds of their errors: squared L2 distances (or negated inner products) and, for each, how far the true one may
    /// lie from it.
    /// </summary>
    /// <param name="epsilon">Standard deviations that the bound covers, nearly: 1.9 in the paper.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Estimate(ReadOnlySpan<float> query, Metric metric, ReadOnlySpan<byte> codes, Span<float> distances, Span<float> bounds, float epsilon = 1.9f)
    {
        if (bounds.Length != distances.Length)
            throw new ArgumentException($"There are {distances.Length} distances and {bounds.Length} bounds; there must be one for each.", nameof(bounds));
        Estimate(query, metric, codes, distances);
        var centered = Difference(query, _center);
        var length = MathF.Sqrt(VectorMath.Dot(centered, centered));
        for (var i = 0; i < bounds.Length; i++)
        {
            var (norm, fidelity) = Read(codes.Slice(i * BytesPerVector, BytesPerVector));
            var error = fidelity > 0 && Dimension > 1 ? epsilon * MathF.Sqrt(MathF.Max(0, 1 - (fidelity * fidelity)) / (fidelity * fidelity * (Dimension - 1))) : 0;
            bounds[i] = error * norm * length * (metric == Metric.InnerProduct ? 1 : 2);
        }
    }

    private protected override void EncodeChecked(ReadOnlySpan<float> vector, Span<byte> code)
    {
        var centered = Difference(vector, _center);
        var norm = MathF.Sqrt(VectorMath.Dot(centered, centered));
        var rotated = new float[Dimension];
        _rotation.Apply(centered, rotated);
        var signs = code[Header..];
        signs.Clear();
        for (var i = 0; i < rotated.Length; i++)
            signs[i / 8] |= (byte)((rotated[i] > 0 ? 1 : 0) << (i % 8));
        MemoryMarshal.Write(code, norm);
        MemoryMarshal.Write(code[sizeof(float)..], norm > 0 ? TensorPrimitives.SumOfMagnitudes<float>(rotated) / (norm * MathF.Sqrt(Dimension)) : 0f);
    }

    private protected override void DecodeChecked(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var (norm, fidelity) = Read(code);
        // The multiple of the signs that lies nearest to the vector.
        var scale = norm * fidelity / MathF.Sqrt(Dimension);
        var rotated = new float[Dimension];
        for (var i = 0; i < rotated.Length; i++)
            rotated[i] = (code[Header + (i / 8)] >> (i % 8) & 1) != 0 ? scale : -scale;
        _rotation.ApplyInverse(rotated, vector);
        TensorPrimitives.Add(vector, _center, vector);
    }

    private protected override void EstimateChecked(ReadOnlySpan<float> query, Metric metric, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        var centered = Difference(query, _center);
        var square = VectorMath.Dot(centered, centered);
        var rotated = new float[Dimension];
        _rotation.Apply(metric == Metric.InnerProduct ? query : centered, rotated);
        var tables = Tables(rotated);
        var all = TensorPrimitives.Sum<float>(rotated);
        var toCenter = VectorMath.Dot(query, _center);
        var root = MathF.Sqrt(Dimension);
        for (var i = 0; i < distances.Length; i++)
        {
            var code = codes.Slice(i * BytesPerVector, BytesPerVector);
            var (norm, fidelity) = Read(code);
            var positive = 0f;
            for (var b = Header; b < code.Length; b++)
                positive += tables[((b - Header) * 256) + code[b]];
            // ⟨s, q⟩ is what stands at the ones less what stands at the zeros.
            var product = fidelity > 0 ? norm * ((2 * positive) - all) / (fidelity * root) : 0;
            distances[i] = metric == Metric.InnerProduct ? -toCenter - product : MathF.Max(0, square + (norm * norm) - (2 * product));
        }
    }

    private static (float Norm, float Fidelity) Read(ReadOnlySpan<byte> code) =>
        (MemoryMarshal.Read<float>(code), MemoryMarshal.Read<float>(code[sizeof(float)..]));

    private static float[] Difference(ReadOnlySpan<float> vector, float[] center)
    {
        var difference = new float[center.Length];
        TensorPrimitives.Subtract(vector, center, difference);
        return difference;
    }

    // For each byte of a code the sum of the numbers at its ones.
    private static float[] Tables(float[] numbers)
    {
        var tables = new float[(numbers.Length + 7) / 8 * 256];
        for (var b = 0; b < tables.Length / 256; b++)
        {
            for (var value = 1; value < 256; value++)
            {
                var lowest = BitOperations.TrailingZeroCount(value);
                var at = (8 * b) + lowest;
                tables[(b * 256) + value] = tables[(b * 256) + (value & (value - 1))] + (at < numbers.Length ? numbers[at] : 0);
            }
        }
        return tables;
    }
}
