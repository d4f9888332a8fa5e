using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Semblance.Networks.Onnx;

/// <summary>Assembles an ONNX model node by node; every tensor gets a fresh short name.</summary>
internal sealed class OnnxGraphBuilder
{
    // Opset 13 and IR 7 are read by every runtime since 2020 and have all that convolutional networks need.
    private const int Opset = 13;
    private const int IrVersion = 7;

    private readonly GraphProto _graph = new() { Name = "semblance" };
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _named;

    public string Floats(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => Initializer(Fresh(), OnnxElementType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A constant under a name of its own, if that is free.</summary>
    public string NamedFloats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (_names.Add(name))
            return Initializer(name, OnnxElementType.Float, bytes, shape);
        // A layer that stands in several places has its weights in the file once.
        var known = _graph.Initializer.FirstOrDefault(tensor => tensor.Name == name);
        return known is not null && known.Dims.SequenceEqual(shape.ToArray().Select(size => (long)size)) && known.RawData.Span.SequenceEqual(bytes)
            ? name
            : Initializer(Fresh(), OnnxElementType.Float, bytes, shape);
    }

    public string Longs(params ReadOnlySpan<long> values) => Initializer(Fresh(), OnnxElementType.Int64, MemoryMarshal.AsBytes(values), values.Length);

    /// <summary>A constant without axes.</summary>
    public string Scalar(long value) => Initializer(Fresh(), OnnxElementType.Int64, MemoryMarshal.AsBytes([value]));

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Node(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
        => Nodes(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node and returns its outputs' names.</summary>
    public string[] Nodes(string operation, ReadOnlySpan<string> inputs, int outputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var names = new string[outputs];
        for (var i = 0; i < outputs; i++)
            names[i] = Fresh();
        AddNode(operation, inputs, names, attributes);
        return names;
    }

    /// <summary>Keeps names free for outputs to come.</summary>
    public void Reserve(IEnumerable<string> names) => _names.UnionWith(names);

    public void Input(string name, params ReadOnlySpan<object> shape)
    {
        _names.Add(name);
        _graph.Input.Add(Value(name, shape));
    }

    /// <summary>Makes a tensor an output of the model under a name of its own.</summary>
    public void Output(string tensor, string name, params ReadOnlySpan<object> shape)
    {
        AddNode("Identity", [tensor], [name], []);
        _graph.Output.Add(Value(name, shape));
    }

    public ModelProto Model()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "semblance", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model;
    }

    public static AttributeProto Integer(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Number(string name, double value) => new() { Name = name, F = (float)value, Type = AttributeProto.Types.AttributeType.Float };

    public static AttributeProto Text(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    public static AttributeProto Integers(string name, params IEnumerable<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values.Select(v => (long)v));
        return attribute;
    }

    private void AddNode(string operation, ReadOnlySpan<string> inputs, string[] outputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = outputs[0], OpType = operation };
        foreach (var input in inputs)
            node.Input.Add(input);
        node.Output.AddRange(outputs);
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute);
        _graph.Node.Add(node);
    }

    private string Initializer(string name, OnnxElementType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (var size in shape)
            tensor.Dims.Add(size);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string Fresh()
    {
        string name;
        do
            name = "t" + _named++;
        while (!_names.Add(name));
        return name;
    }

    // Numbers are fixed sizes and strings are names of open ones.
    private static ValueInfoProto Value(string name, ReadOnlySpan<object> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
            dimensions.Dim.Add(size is int number ? new TensorShapeProto.Types.Dimension { DimValue = number } : new TensorShapeProto.Types.Dimension { DimParam = (string)size });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)OnnxElementType.Float, Shape = dimensions } } };
    }
}
