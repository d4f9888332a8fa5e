using System.Globalization;
using Semblance.Networks.Onnx;

namespace Semblance.Networks;

/// <summary>
/// Where a layer writes its ONNX nodes. In the file, pictures are <c>[n, channels, height, width]</c>: a value with four axes is
/// channels-first there, every other value is laid out as in the engine.
/// </summary>
public sealed class OnnxExport
{
    private readonly OnnxGraphBuilder _builder;
    private readonly string[] _inputs;
    private readonly Shape[] _inputShapes;
    private readonly Shape[] _outputShapes;
    private readonly Dictionary<int, string> _outputs = [];
    private readonly Layer _layer;

    internal OnnxExport(OnnxGraphBuilder builder, Layer layer, string[] inputs, Shape[] inputShapes, Shape[] outputShapes)
    {
        _builder = builder;
        _layer = layer;
        _inputs = inputs;
        _inputShapes = inputShapes;
        _outputShapes = outputShapes;
    }

    public int InputCount => _inputs.Length;

    /// <summary>Name of an input in the file.</summary>
    public string Input(int index = 0) => _inputs[index];

    /// <summary>Nominal shape in the engine's order of axes; the first axis is the batch and open in the file.</summary>
    public Shape InputShape(int index = 0) => _inputShapes[index];

    public Shape OutputShape(int index = 0) => _outputShapes[index];

    /// <summary>Number of an engine axis in the file.</summary>
    public static int FileAxis(int axis, int rank) => rank != 4 ? axis : axis switch { 0 => 0, 1 => 2, 2 => 3, _ => 1 };

    /// <summary>The input with its axes in the engine's order: transposed back if it is a picture.</summary>
    public string InputChannelsLast(int index = 0)
        => _inputShapes[index].Rank == 4 ? Node("Transpose", [_inputs[index]], ("perm", new[] { 0, 2, 3, 1 })) : _inputs[index];

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="attributes">Values are <see cref="int"/>, <see cref="long"/>, <see cref="float"/>, <see cref="double"/>, <see cref="string"/> or <c>int[]</c>.</param>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes)
        => _builder.Node(operation, inputs, [.. attributes.Select(Attribute)]);

    /// <summary>Adds a node with several outputs and returns their names.</summary>
    public string[] Nodes(string operation, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
        => _builder.Nodes(operation, inputs, outputs, [.. attributes.Select(Attribute)]);

    /// <summary>A constant of float32.</summary>
    public string Floats(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => _builder.Floats(values, shape);

    /// <summary>A parameter as it is; in the file it has its own name.</summary>
    public string Parameter(Parameter parameter) => _builder.NamedFloats(parameter.Name, parameter.Values, [.. parameter.Shape]);

    /// <summary>A parameter with its axes in another order: axis i of the result is axis <paramref name="order"/>[i] of the parameter.</summary>
    public string Parameter(Parameter parameter, params ReadOnlySpan<int> order)
    {
        var shape = parameter.Shape;
        if (order.Length != shape.Rank)
            throw new ArgumentException($"{parameter} has {shape.Rank} axes and an order of {order.Length} was given.", nameof(order));
        var sizes = new int[order.Length];
        var strides = new nint[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            sizes[i] = shape[order[i]];
            strides[i] = shape.Product(order[i] + 1, shape.Rank);
        }
        var source = parameter.Values;
        var values = new float[source.Length];
        var position = new int[order.Length];
        nint from = 0;
        for (var to = 0; to < values.Length; to++)
        {
            values[to] = source[(int)from];
            for (var axis = order.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++position[axis] < sizes[axis])
                    break;
                from -= strides[axis] * sizes[axis];
                position[axis] = 0;
            }
        }
        return _builder.NamedFloats(parameter.Name, values, sizes);
    }

    /// <summary>A constant of int64: shapes, axes, positions.</summary>
    public string Longs(params ReadOnlySpan<long> values) => _builder.Longs(values);

    /// <summary>Says which tensor of the file is the layer's output.</summary>
    public void Output(string tensor, int index = 0) => _outputs[index] = tensor;

    /// <summary>As <see cref="Output"/>, for a tensor with its axes in the engine's order: transposed if it is a picture.</summary>
    public void OutputChannelsLast(string tensor, int index = 0)
        => Output(_outputShapes[index].Rank == 4 ? Node("Transpose", [tensor], ("perm", new[] { 0, 3, 1, 2 })) : tensor, index);

    internal string OutputName(int index) => _outputs.TryGetValue(index, out var name)
        ? name
        : throw new InvalidOperationException($"Layer '{_layer.Name}' ({_layer.GetType().Name}) did not export its output {index.ToString(CultureInfo.InvariantCulture)}.");

    private static AttributeProto Attribute((string Name, object Value) attribute) => attribute.Value switch
    {
        int value => OnnxGraphBuilder.Integer(attribute.Name, value),
        long value => OnnxGraphBuilder.Integer(attribute.Name, value),
        float value => OnnxGraphBuilder.Number(attribute.Name, value),
        double value => OnnxGraphBuilder.Number(attribute.Name, value),
        string value => OnnxGraphBuilder.Text(attribute.Name, value),
        int[] values => OnnxGraphBuilder.Integers(attribute.Name, values),
        _ => throw new ArgumentException($"Attribute '{attribute.Name}' has a value of type {attribute.Value.GetType().Name}; use a number, a text or whole numbers.", nameof(attribute)),
    };
}
