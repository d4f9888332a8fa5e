using Google.Protobuf;
using Semblance.Networks.Onnx;

namespace Semblance.Networks;

/// <summary>A network as an ONNX model (opset 13): inputs and outputs under their names, any batch, pictures channels-first.</summary>
public static class NetworkExporter
{
    /// <summary>The model's bytes. Parameters keep their names.</summary>
    /// <param name="network">Is not changed.</param>
    /// <param name="fold">Whether it is folded for inference first (<see cref="NetworkFolding"/>).</param>
    public static byte[] ToOnnx(Network network, bool fold = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (fold)
            network = NetworkFolding.Fold(network);
        var builder = new OnnxGraphBuilder();
        builder.Reserve(network.OutputNames);
        var names = new string?[network.ValueCount];
        foreach (var (name, value) in network.Inputs)
        {
            builder.Input(name, FileShape(network.NominalShape(value)));
            names[value] = name;
        }
        foreach (var node in Needed(network))
        {
            var export = new OnnxExport(
                builder,
                node.Layer,
                [.. node.Inputs.Select(input => names[input]!)],
                [.. node.Inputs.Select(network.NominalShape)],
                [.. Enumerable.Range(node.FirstOutput, node.OutputCount).Select(network.NominalShape)]);
            node.Layer.Export(export);
            for (var i = 0; i < node.OutputCount; i++)
                names[node.FirstOutput + i] = export.OutputName(i);
        }
        foreach (var (name, value) in network.Outputs)
            builder.Output(names[value]!, name, FileShape(network.NominalShape(value)));
        return builder.Model().ToByteArray();
    }

    // Nodes that an output depends on, in order.
    internal static List<NetworkNode> Needed(Network network)
    {
        var wanted = network.Outputs.Select(output => output.Value).ToHashSet();
        var nodes = new List<NetworkNode>();
        foreach (var node in network.Nodes.Reverse())
        {
            if (!Enumerable.Range(node.FirstOutput, node.OutputCount).Any(wanted.Contains))
                continue;
            nodes.Add(node);
            wanted.UnionWith(node.Inputs);
        }
        nodes.Reverse();
        return nodes;
    }

    private static object[] FileShape(Shape shape)
    {
        var sizes = new object[shape.Rank];
        sizes[0] = "n";
        for (var axis = 1; axis < shape.Rank; axis++)
            sizes[OnnxExport.FileAxis(axis, shape.Rank)] = shape[axis];
        return sizes;
    }
}
