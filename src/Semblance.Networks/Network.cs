using System.Globalization;
using System.Numerics;
using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>
/// A directed graph of layers with their parameters, built once, layer by layer, and run through <see cref="Prepare(int, RunOptions)"/>:
/// any number of inputs and outputs, a value may go to several layers, and one layer may stand in several places with the same weights.
/// </summary>
/// <remarks>
/// Building is for one thread. Runs may be used on several threads at once as long as none of them trains; training runs write the
/// gradients and running statistics that belong to the parameters.
/// </remarks>
public sealed class Network
{
    private readonly List<NetworkNode> _nodes = [];
    private readonly List<Shape> _shapes = [];
    private readonly List<(string Name, int Value)> _inputs = [];
    private readonly List<(string Name, int Value)> _outputs = [];
    private readonly List<Parameter> _parameters = [];
    private readonly HashSet<Layer> _layers = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SeededRandom _random;

    /// <param name="seed">Where the weights' random numbers start from.</param>
    public Network(long seed = 0) => _random = new SeededRandom(seed);

    /// <summary>In an order in which they can be computed.</summary>
    public IReadOnlyList<NetworkNode> Nodes => _nodes;

    /// <summary>Each once, in the order of their layers.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    public IReadOnlyList<string> InputNames => [.. _inputs.Select(input => input.Name)];

    public IReadOnlyList<string> OutputNames => [.. _outputs.Select(output => output.Name)];

    internal IReadOnlyList<(string Name, int Value)> Inputs => _inputs;

    internal IReadOnlyList<(string Name, int Value)> Outputs => _outputs;

    /// <summary>False where weights are loaded right after a layer is added, so that drawing them would be in vain.</summary>
    internal bool DrawsWeights { get; set; } = true;

    internal int ValueCount => _shapes.Count;

    /// <param name="name">How runs and ONNX files call it.</param>
    /// <param name="shape">With any batch first, e.g. <c>[1, 224, 224, 3]</c>.</param>
    public Value Input(string name, Shape shape)
    {
        ThrowIfTaken(_inputs, name, "input");
        _inputs.Add((name, _shapes.Count));
        return NewValue(shape);
    }

    /// <summary>Adds a layer with one output.</summary>
    /// <exception cref="ShapeException">The inputs do not fit the layer.</exception>
    public Value Add(Layer layer, params ReadOnlySpan<Value> inputs)
    {
        var outputs = AddAll(layer, inputs);
        return outputs is [var only] ? only : throw new ArgumentException($"Layer '{layer.Name}' has {outputs.Count} outputs; add it with {nameof(AddAll)}.", nameof(layer));
    }

    /// <summary>Adds a layer and returns all its outputs. Added a second time, it shares its parameters.</summary>
    /// <exception cref="ShapeException">The inputs do not fit the layer.</exception>
    public IReadOnlyList<Value> AddAll(Layer layer, params ReadOnlySpan<Value> inputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        foreach (var input in inputs)
        {
            if (!ReferenceEquals(input.Network, this))
                throw new ArgumentException($"An input of layer '{layer.Name}' belongs to another network.", nameof(inputs));
        }
        var indexes = inputs.ToArray().Select(input => input.Index).ToArray();
        var shapes = indexes.Select(index => _shapes[index]).ToArray();
        var isNew = !_layers.Contains(layer);
        if (isNew)
            GiveName(layer);
        Shape[] outputs;
        try
        {
            if (!layer.IsBound)
            {
                layer.InferShapes(shapes);
                layer.BindOnce(new LayerBinding(layer.Name, shapes, _random) { DrawsWeights = DrawsWeights });
            }
            outputs = layer.InferShapes(shapes);
        }
        catch when (isNew)
        {
            _names.Remove(layer.Name);
            throw;
        }
        if (_layers.Add(layer))
            _parameters.AddRange(layer.Parameters);
        _nodes.Add(new NetworkNode(layer, indexes, _shapes.Count, outputs.Length));
        return [.. outputs.Select(NewValue)];
    }

    /// <summary>Makes a value one that runs give out and take gradients for. Under two names a value has one gradient.</summary>
    public void Output(string name, Value value)
    {
        if (!ReferenceEquals(value.Network, this))
            throw new ArgumentException($"The output '{name}' belongs to another network.", nameof(value));
        ThrowIfTaken(_outputs, name, "output");
        _outputs.Add((name, value.Index));
    }

    /// <summary>The value that <see cref="Output"/> was given under that name, to build on.</summary>
    public Value OutputValue(string name) => Lookup(_outputs, name, "output");

    /// <summary>Takes an output away; values that then lead nowhere are no longer computed.</summary>
    public void RemoveOutput(string name)
    {
        Lookup(_outputs, name, "output");
        _outputs.RemoveAll(output => output.Name == name);
    }

    /// <summary>Freezes (or thaws) the parameters of every layer that <paramref name="value"/> is computed from.</summary>
    public void SetTrainableUpTo(Value value, bool trainable)
    {
        var wanted = new bool[_shapes.Count];
        wanted[value.Index] = true;
        foreach (var node in _nodes.AsEnumerable().Reverse())
        {
            if (!Enumerable.Range(node.FirstOutput, node.OutputCount).Any(output => wanted[output]))
                continue;
            foreach (var input in node.Inputs)
                wanted[input] = true;
            foreach (var parameter in node.Layer.Parameters.Where(parameter => !parameter.IsBuffer))
                parameter.Trainable = trainable;
        }
    }

    /// <summary>A run over inputs of their nominal sizes with another batch.</summary>
    /// <exception cref="ShapeException">A layer cannot take such a batch.</exception>
    /// <exception cref="OutOfMemoryException">The message says how much is needed, and for what.</exception>
    public NetworkRun<float> Prepare(int batch, RunOptions? options = null)
        => Prepare<float>([.. _inputs.Select(input => _shapes[input.Value].With(0, batch))], options);

    /// <summary>A run over inputs of the shapes given, one per input and in their order, in single or double precision.</summary>
    /// <exception cref="ShapeException">A layer cannot take such inputs.</exception>
    /// <exception cref="OutOfMemoryException">The message says how much is needed, and for what.</exception>
    public NetworkRun<T> Prepare<T>(IReadOnlyList<Shape> inputs, RunOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (inputs.Count != _inputs.Count)
            throw new ArgumentException($"The network has {_inputs.Count} inputs ({string.Join(", ", InputNames)}) and {inputs.Count} shapes were given.", nameof(inputs));
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"Networks run in single or double precision, not in {typeof(T).Name}.");
        if (_outputs.Count == 0)
            throw new InvalidOperationException($"The network has no outputs; name one with {nameof(Output)}.");
        return new NetworkRun<T>(this, [.. inputs], options ?? new RunOptions());
    }

    /// <summary>Shapes of all values for these inputs.</summary>
    internal Shape[] InferShapes(IReadOnlyList<Shape> inputs)
    {
        var shapes = new Shape[_shapes.Count];
        for (var i = 0; i < inputs.Count; i++)
            shapes[_inputs[i].Value] = inputs[i];
        foreach (var node in _nodes)
            node.Layer.InferShapes([.. node.Inputs.Select(input => shapes[input])]).CopyTo(shapes, node.FirstOutput);
        return shapes;
    }

    internal Shape NominalShape(int value) => _shapes[value];

    internal bool IsNameFree(string name) => !_names.Contains(name);

    internal Value ValueAt(int index) => new(this, index, _shapes[index]);

    private Value NewValue(Shape shape)
    {
        _shapes.Add(shape);
        return new Value(this, _shapes.Count - 1, shape);
    }

    private Value Lookup(List<(string Name, int Value)> list, string name, string what)
    {
        var index = list.FindIndex(entry => entry.Name == name);
        return index >= 0 ? ValueAt(list[index].Value) : throw new ArgumentException($"The network has no {what} '{name}'; it has {string.Join(", ", list.Select(entry => entry.Name))}.", nameof(name));
    }

    private static void ThrowIfTaken(List<(string Name, int Value)> list, string name, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (list.Exists(entry => entry.Name == name))
            throw new ArgumentException($"The network has an {what} '{name}' already.", nameof(name));
    }

    private void GiveName(Layer layer)
    {
        if (!layer.IsNamed)
        {
            var type = char.ToLowerInvariant(layer.GetType().Name[0]) + layer.GetType().Name[1..];
            string name;
            do
            {
                var count = _counts[type] = _counts.GetValueOrDefault(type) + 1;
                name = type + count.ToString(CultureInfo.InvariantCulture);
            }
            while (_names.Contains(name));
            layer.GiveName(name);
        }
        if (!_names.Add(layer.Name))
            throw new ArgumentException($"The network has a layer '{layer.Name}' already, and names are unique: give one of the two a {nameof(Layer.Name)} of its own.", nameof(layer));
    }
}
