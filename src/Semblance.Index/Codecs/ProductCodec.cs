using Semblance.Index.InvertedFile;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>The number of a centroid for each piece: a byte, or two in a byte of which the first is the lower half.</summary>
internal sealed class ProductCodec : VectorCodec
{
    private readonly ProductQuantizer _quantizer;
    private readonly Matrix? _rotation;
    private readonly int _bits;

    private ProductCodec(ProductQuantizer quantizer, Matrix? rotation, int bits)
        : base($"{(rotation is null ? "" : "o")}pq{quantizer.Pieces}x{bits}", quantizer.Dimension, ((quantizer.Pieces * bits) + 7) / 8)
    {
        _quantizer = quantizer;
        _rotation = rotation;
        _bits = bits;
    }

    public static ProductCodec Train(Matrix sample, int pieces, int bits, bool optimizedRotation, long seed, CancellationToken cancellationToken)
    {
        if (bits is not (4 or 8))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Product codes have 4 or 8 bits a piece.");
        if (pieces < 1 || pieces > sample.Columns)
            throw new ArgumentOutOfRangeException(nameof(pieces), pieces, $"Vectors of {sample.Columns} elements are cut into 1 to {sample.Columns} pieces.");
        var centroids = 1 << bits;
        if (sample.Rows < centroids)
            throw new ArgumentException($"{centroids} centroids cannot be learnt from {sample.Rows} rows; give at least {centroids}.", nameof(sample));
        var threads = Environment.ProcessorCount;
        var random = new SeededRandom(seed);
        var rotation = optimizedRotation ? OptimizedRotation.Fit(sample, pieces, centroids, random, threads, cancellationToken) : null;
        var rotated = rotation is null ? sample : IvfModel.Rotated(sample, rotation, threads);
        return new ProductCodec(ProductQuantizer.Train(rotated, pieces, centroids, random, threads, cancellationToken), rotation, bits);
    }

    private protected override void EncodeChecked(ReadOnlySpan<float> vector, Span<byte> code)
    {
        var numbers = new byte[_quantizer.Pieces];
        _quantizer.Encode(new Matrix(Rotated(vector), 1, Dimension), numbers);
        code.Clear();
        for (var piece = 0; piece < numbers.Length; piece++)
        {
            if (_bits == 8)
                code[piece] = numbers[piece];
            else
                code[piece / 2] |= (byte)(numbers[piece] << (4 * (piece % 2)));
        }
    }

    private protected override void DecodeChecked(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var numbers = new byte[_quantizer.Pieces];
        Unpack(code, numbers);
        _quantizer.Decode(numbers, vector);
        if (_rotation is null)
            return;
        // The inverse of a rotation is its transpose.
        var rotated = vector.ToArray();
        vector.Clear();
        for (var i = 0; i < rotated.Length; i++)
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_rotation.Row(i), rotated[i], vector, vector);
    }

    private protected override void EstimateChecked(ReadOnlySpan<float> query, Metric metric, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        var tables = new float[_quantizer.Pieces * _quantizer.Centroids];
        _quantizer.Tables(Rotated(query), metric, tables);
        var numbers = new byte[_quantizer.Pieces];
        for (var i = 0; i < distances.Length; i++)
        {
            Unpack(codes.Slice(i * BytesPerVector, BytesPerVector), numbers);
            var sum = 0f;
            for (var piece = 0; piece < numbers.Length; piece++)
                sum += tables[(piece * _quantizer.Centroids) + numbers[piece]];
            distances[i] = sum;
        }
    }

    private float[] Rotated(ReadOnlySpan<float> vector)
    {
        var rotated = vector.ToArray();
        if (_rotation is not null)
            VectorMath.DotRows(vector, _rotation.Span, rotated);
        return rotated;
    }

    private void Unpack(ReadOnlySpan<byte> code, Span<byte> numbers)
    {
        for (var piece = 0; piece < numbers.Length; piece++)
            numbers[piece] = (byte)(_bits == 8 ? code[piece] : code[piece / 2] >> (4 * (piece % 2)) & 15);
    }
}
