using System.Buffers.Binary;

namespace Semblance.Index.Interop;

/// <summary>Little-endian numbers of a row to the types that the program works with.</summary>
internal static class ElementDecoder
{
    public static int SizeOf(VectorElement element) => element switch
    {
        VectorElement.UInt8 or VectorElement.Int8 => 1,
        VectorElement.Float16 => 2,
        VectorElement.Float32 or VectorElement.Int32 => 4,
        VectorElement.Float64 or VectorElement.Int64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "Unknown element."),
    };

    /// <param name="bytes">As many elements as <paramref name="values"/>.</param>
    public static void ToSingle(ReadOnlySpan<byte> bytes, VectorElement element, Span<float> values)
    {
        switch (element)
        {
            case VectorElement.Float32:
                for (var i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
                break;
            case VectorElement.Float64:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
                break;
            case VectorElement.Float16:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]);
                break;
            case VectorElement.UInt8:
                for (var i = 0; i < values.Length; i++)
                    values[i] = bytes[i];
                break;
            case VectorElement.Int8:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (sbyte)bytes[i];
                break;
            case VectorElement.Int32:
                for (var i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
                break;
            default:
                for (var i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
                break;
        }
    }

    /// <param name="bytes">As many elements, all whole numbers, as <paramref name="values"/>.</param>
    public static void ToInt64(ReadOnlySpan<byte> bytes, VectorElement element, Span<long> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = element switch
            {
                VectorElement.UInt8 => bytes[i],
                VectorElement.Int8 => (sbyte)bytes[i],
                VectorElement.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]),
                _ => BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]),
            };
        }
    }
}
