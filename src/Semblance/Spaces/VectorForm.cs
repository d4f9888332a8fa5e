using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Semblance.Networks;

namespace Semblance.Spaces;

/// <summary>
/// The bytes of a raw vector in the truth, by the kind of its space. Floats: half precision, little-endian, which costs a cosine less than
/// 1e-3 and halves the file. Bits: eight a byte, bit i is bit i % 8 of byte i / 8, set where the number is above 0.
/// </summary>
internal static class VectorForm
{
    public static int BytesOf(SpaceKind kind, int dimension) => kind == SpaceKind.Bits ? (dimension + 7) / 8 : dimension * sizeof(ushort);

    public static byte[] Encode(SpaceKind kind, ReadOnlySpan<float> vector)
    {
        var bytes = new byte[BytesOf(kind, vector.Length)];
        if (kind == SpaceKind.Bits)
        {
            for (var i = 0; i < vector.Length; i++)
                bytes[i / 8] |= (byte)(vector[i] > 0 ? 1 << (i % 8) : 0);
        }
        else
        {
            TensorPrimitives.ConvertToHalf(vector, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
        }
        return bytes;
    }

    /// <summary>A bit that is set becomes 1, one that is not −1.</summary>
    /// <param name="vector">As long as the space's dimension.</param>
    public static void Decode(SpaceKind kind, ReadOnlySpan<byte> bytes, Span<float> vector)
    {
        if (bytes.Length != BytesOf(kind, vector.Length))
            throw new GalleryException(GalleryError.Damaged, $"A vector of the gallery has {bytes.Length} bytes where {BytesOf(kind, vector.Length)} belong; checking the gallery names it.", null);
        if (kind == SpaceKind.Bits)
        {
            for (var i = 0; i < vector.Length; i++)
                vector[i] = (bytes[i / 8] >> (i % 8) & 1) != 0 ? 1 : -1;
        }
        else
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), vector);
        }
    }

    public static float[] Decode(SpaceKind kind, ReadOnlySpan<byte> bytes, int dimension)
    {
        var vector = new float[dimension];
        Decode(kind, bytes, vector);
        return vector;
    }

    /// <summary>Signs as words of a code: bit i is bit i % 64 of word i / 64.</summary>
    public static void Pack(ReadOnlySpan<float> signs, Span<ulong> code)
    {
        code.Clear();
        for (var i = 0; i < signs.Length; i++)
        {
            if (signs[i] > 0)
                code[i / 64] |= 1UL << (i % 64);
        }
    }

    /// <summary>Words of a code of so many bits.</summary>
    public static int Words(int bits) => (bits + 63) / 64;
}
