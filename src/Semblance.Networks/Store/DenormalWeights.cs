using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Semblance.Networks.Onnx;

namespace Semblance.Networks.Store;

/// <summary>
/// Weights so small that they have lost their leading one (below 1.2e-38 in float32). Processors compute with them many times more slowly,
/// and beside any other weight they count for nothing.
/// </summary>
/// <remarks>
/// Constants of a single element are left alone: a bound that keeps a division from 0 / 0 may be meant to be that small. So are halves,
/// whose small numbers become ordinary ones once they are widened.
/// </remarks>
internal static class DenormalWeights
{
    /// <summary>Makes them zero, in branches and loops too; returns how many there were.</summary>
    public static long Zero(ModelProto model) => model.Graph is { } graph ? Zero(graph) : 0;

    private static long Zero(GraphProto graph)
    {
        var count = graph.Initializer.Sum(Zero);
        foreach (var attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            if (attribute.T is { } tensor)
                count += Zero(tensor);
            if (attribute.G is { } inner)
                count += Zero(inner);
            if (attribute.Floats.Count > 1)
                count += Zero(attribute.Floats, float.IsSubnormal);
        }
        return count;
    }

    private static long Zero(TensorProto tensor)
    {
        var elements = tensor.Dims.Aggregate(1.0, (product, size) => product * size);
        if (elements < 2)
            return 0;
        return (OnnxElementType)tensor.DataType switch
        {
            OnnxElementType.Float => Zero<uint>(tensor, 0x7F800000) + Zero(tensor.FloatData, float.IsSubnormal),
            OnnxElementType.Double => Zero<ulong>(tensor, 0x7FF0000000000000) + Zero(tensor.DoubleData, double.IsSubnormal),
            OnnxElementType.BFloat16 => Zero<ushort>(tensor, 0x7F80),
            _ => 0,
        };
    }

    private static long Zero<T>(RepeatedField<T> values, Predicate<T> isDenormal)
        where T : unmanaged
    {
        long count = 0;
        for (var i = 0; i < values.Count; i++)
        {
            if (!isDenormal(values[i]))
                continue;
            values[i] = default;
            count++;
        }
        return count;
    }

    /// <param name="exponent">The bits of the exponent; none of them is set in a denormal number, and another one than the sign is.</param>
    private static long Zero<TBits>(TensorProto tensor, TBits exponent)
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        var magnitude = TBits.MaxValue >>> 1;
        bool IsDenormal(TBits bits) => (bits & exponent) == TBits.Zero && (bits & magnitude) != TBits.Zero;
        long count = 0;
        foreach (var bits in MemoryMarshal.Cast<byte, TBits>(tensor.RawData.Span))
            count += IsDenormal(bits) ? 1 : 0;
        if (count == 0)
            return 0;
        var bytes = tensor.RawData.ToByteArray();
        foreach (ref var bits in MemoryMarshal.Cast<byte, TBits>(bytes.AsSpan()))
        {
            if (IsDenormal(bits))
                bits = TBits.Zero;
        }
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        return count;
    }
}
