using System.Runtime.InteropServices;
using Google.Protobuf;
using Semblance.Networks.Onnx;

namespace Semblance.Networks.Store;

/// <summary>
/// Weights that are so near to zero that the processor handles them apart (below 1.2e-38): a product with one may take a hundred times
/// as long, and a network with some thousands of them ran nine times slower. No answer changes by their being zero. ONNX Runtime has
/// a setting for that, but asks only the first session of a process for it and misses threads that are there already.
/// </summary>
internal static class DenormalWeights
{
    /// <summary>Sets them to zero, in initialisers and constant nodes, and returns how many there were. O(weights).</summary>
    public static long Clear(ModelProto model)
    {
        var cleared = 0L;
        foreach (var tensor in model.Graph.Initializer)
            cleared += Clear(tensor);
        foreach (var attribute in model.Graph.Node.Where(node => node.OpType == "Constant").SelectMany(node => node.Attribute))
            cleared += attribute.T is { } tensor ? Clear(tensor) : 0;
        return cleared;
    }

    private static long Clear(TensorProto tensor)
    {
        if (tensor.DataType != (int)OnnxElementType.Float)
            return 0;
        var cleared = 0L;
        for (var i = 0; i < tensor.FloatData.Count; i++)
        {
            if (float.IsSubnormal(tensor.FloatData[i]))
            {
                tensor.FloatData[i] = 0;
                cleared++;
            }
        }
        if (tensor.RawData.Length % sizeof(float) != 0 || !MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ContainsSubnormal())
            return cleared;
        var bytes = tensor.RawData.ToByteArray();
        foreach (ref var weight in MemoryMarshal.Cast<byte, float>(bytes.AsSpan()))
        {
            if (float.IsSubnormal(weight))
            {
                weight = 0;
                cleared++;
            }
        }
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        return cleared;
    }

    private static bool ContainsSubnormal(this ReadOnlySpan<float> weights)
    {
        foreach (var weight in weights)
        {
            if (float.IsSubnormal(weight))
                return true;
        }
        return false;
    }
}
