using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Index.Codecs;

/// <summary>Step and base as floats, then 4 or 8 bits an element; of two in a byte the first is the lower half.</summary>
internal sealed class ScalarCodec : VectorCodec
{
    private const int Header = 2 * sizeof(float);

    private readonly int _bits;
    private readonly RandomRotation? _rotation;

    public ScalarCodec(int dimension, int bits, long? rotationSeed)
        : base($"sq{bits}{(rotationSeed is null ? "" : "-rotated")}", dimension, Header + (((dimension * CheckedBits(bits)) + 7) / 8))
    {
        _bits = bits;
        _rotation = rotationSeed is { } seed ? new RandomRotation(dimension, seed) : null;
    }

    private protected override void EncodeChecked(ReadOnlySpan<float> vector, Span<byte> code)
    {
        var rotated = new float[Dimension];
        if (_rotation is null)
            vector.CopyTo(rotated);
        else
            _rotation.Apply(vector, rotated);
        var low = TensorPrimitives.Min<float>(rotated);
        var levels = (1 << _bits) - 1;
        var step = (TensorPrimitives.Max<float>(rotated) - low) / levels;
        MemoryMarshal.Write(code, step);
        MemoryMarshal.Write(code[sizeof(float)..], low);
        var numbers = code[Header..];
        numbers.Clear();
        for (var i = 0; i < rotated.Length && step > 0; i++)
        {
            var number = (byte)Math.Clamp((int)(((rotated[i] - low) / step) + 0.5f), 0, levels);
            if (_bits == 8)
                numbers[i] = number;
            else
                numbers[i / 2] |= (byte)(number << (4 * (i % 2)));
        }
    }

    private protected override void DecodeChecked(ReadOnlySpan<byte> code, Span<float> vector)
    {
        var step = MemoryMarshal.Read<float>(code);
        var low = MemoryMarshal.Read<float>(code[sizeof(float)..]);
        var numbers = code[Header..];
        var decoded = _rotation is null ? vector : new float[Dimension];
        for (var i = 0; i < decoded.Length; i++)
            decoded[i] = low + (step * (_bits == 8 ? numbers[i] : numbers[i / 2] >> (4 * (i % 2)) & 15));
        _rotation?.ApplyInverse(decoded, vector);
    }

    private static int CheckedBits(int bits) => bits is 4 or 8
        ? bits
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, "Scalar codes have 4 or 8 bits an element.");
}
