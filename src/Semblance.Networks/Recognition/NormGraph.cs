using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Networks.Onnx.Importing;

namespace Semblance.Networks.Recognition;

/// <summary>What a batch norm remembers of the tensor in front of it.</summary>
/// <param name="Name">The norm's.</param>
/// <param name="Tensor">What it normalises: [batch, channels, …].</param>
/// <param name="Mean">Running mean of each channel.</param>
/// <param name="Variance">Running variance of each channel, with the norm's epsilon.</param>
internal sealed record NormMemory(string Name, string Tensor, double[] Mean, double[] Variance);

/// <summary>The batch norms of a network, and its beginnings up to them as models of their own.</summary>
internal sealed class NormGraph
{
    // What a norm holds that never saw a picture.
    private const float Untouched = 1e-6f;

    private const string OutputPrefix = "semblance.before_norm.";

    private readonly ModelProto _model;
    private readonly string _input;

    private NormGraph(ModelProto model, string input, IReadOnlyList<NormMemory> norms)
    {
        _model = model;
        _input = input;
        Norms = norms;
    }

    /// <summary>In the order of the file, which is that of the computation; at least one.</summary>
    public IReadOnlyList<NormMemory> Norms { get; }

    /// <summary>Null, with the reason in words, where the network has no batch norm that could tell anything.</summary>
    /// <exception cref="OnnxImportException">A tensor is damaged.</exception>
    public static NormGraph? Find(ModelProto model, string input, out string? reason)
    {
        var graph = model.Graph;
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var computed = new HashSet<string>(StringComparer.Ordinal) { input };
        var norms = new List<NormMemory>();
        var found = 0;
        foreach (var node in graph.Node)
        {
            if (node.OpType == "Constant" && node.Output.Count == 1 && node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T is { } literal)
                constants[node.Output[0]] = literal;
            else if (node.OpType == "Identity" && node.Input.Count == 1 && node.Output.Count == 1 && constants.TryGetValue(node.Input[0], out var same))
                constants[node.Output[0]] = same;
            if (!node.Input.Any(computed.Contains))
                continue;
            computed.UnionWith(node.Output);
            if (node.OpType != "BatchNormalization" || node.Input.Count < 5)
                continue;
            found++;
            if (Statistics(node, constants) is var (mean, variance))
                norms.Add(new NormMemory(node.Name.Length > 0 ? node.Name : node.Output[0], node.Input[0], mean, variance));
        }
        reason = norms.Count > 0 ? null
            : found == 0 ? "it has no batch norm (it may have been merged into the convolutions)"
            : "its batch norms hold no statistics of pictures";
        return norms.Count > 0 ? new NormGraph(model, input, norms) : null;
    }

    /// <summary>Name of the output that <see cref="UpTo"/> gives what norm <paramref name="index"/> takes in.</summary>
    public static string Output(int index) => OutputPrefix + index;

    /// <summary>
    /// Bytes of an ONNX file with the picture as its only input, which computes what the first <paramref name="count"/> norms take in.
    /// </summary>
    public byte[] UpTo(int count)
    {
        var part = _model.Clone();
        var names = Norms.Take(count).Select(norm => norm.Tensor).ToHashSet(StringComparer.Ordinal);
        var needed = new List<NodeProto>();
        foreach (var node in part.Graph.Node.Reverse())
        {
            if (!node.Output.Any(names.Contains))
                continue;
            needed.Add(node);
            names.UnionWith(node.Input);
            // Branches and loops read tensors from around them.
            names.UnionWith(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => attribute.G.Node).SelectMany(inner => inner.Input));
        }
        needed.Reverse();
        for (var i = 0; i < count; i++)
        {
            // Whatever the network computes in, the answer is float32.
            var cast = new NodeProto { OpType = "Cast", Name = Output(i) };
            cast.Input.Add(Norms[i].Tensor);
            cast.Output.Add(Output(i));
            cast.Attribute.Add(OnnxGraphBuilder.Integer("to", (long)OnnxElementType.Float));
            needed.Add(cast);
        }
        Replace(part.Graph.Node, needed);
        Replace(part.Graph.Initializer, [.. part.Graph.Initializer.Where(weight => names.Contains(weight.Name))]);
        Replace(part.Graph.Input, [.. part.Graph.Input.Where(value => value.Name == _input || names.Contains(value.Name))]);
        Replace(part.Graph.ValueInfo, []);
        Replace(part.Graph.Output, [.. Enumerable.Range(0, count).Select(i => new ValueInfoProto { Name = Output(i), Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)OnnxElementType.Float } } })]);
        return part.ToByteArray();
    }

    private static (double[] Mean, double[] Variance)? Statistics(NodeProto node, Dictionary<string, TensorProto> constants)
    {
        if (!constants.TryGetValue(node.Input[3], out var means) || !constants.TryGetValue(node.Input[4], out var variances))
            return null;
        var mean = FileConstant.Read(means, means.Name).ToFloats();
        var variance = FileConstant.Read(variances, variances.Name).ToFloats();
        if (mean.Length == 0 || mean.Length != variance.Length || variance.Any(value => !(value >= 0) || !float.IsFinite(value)) || mean.Any(value => !float.IsFinite(value)))
            return null;
        if (mean.All(value => Math.Abs(value) <= Untouched) && variance.All(value => Math.Abs(value - 1) <= Untouched))
            return null;
        var epsilon = node.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? 1e-5f;
        return ([.. mean.Select(value => (double)value)], [.. variance.Select(value => (double)value + epsilon)]);
    }

    private static void Replace<T>(Google.Protobuf.Collections.RepeatedField<T> list, IReadOnlyList<T> items)
    {
        list.Clear();
        list.AddRange(items);
    }
}
