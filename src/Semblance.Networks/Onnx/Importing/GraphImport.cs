using System.Globalization;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>
/// One import: finds the nodes that the wanted values need, merges patterns of nodes into what the engine has as one layer, and adds
/// node by node to the network. Holds what the operators' methods share.
/// </summary>
internal sealed class GraphImport
{
    // No value of a network that fits a machine is larger; products of hostile sizes stay far from overflow.
    private const double MostElements = 1L << 40;

    private readonly OnnxImportOptions _options;
    private readonly GraphProto _graph;
    private readonly IReadOnlyDictionary<int, FileFloats> _inFile;
    private readonly Dictionary<string, FileConstant> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Layer> _shared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parameterNames = new(StringComparer.Ordinal);
    private bool _channelsLast;
    private long _held;
    private long _computed;

    /// <param name="inFile">By the number of an initialiser, weights that the model lacks.</param>
    public GraphImport(ModelProto model, IReadOnlyDictionary<int, FileFloats> inFile, OnnxImportOptions options)
    {
        _options = options;
        _inFile = inFile;
        _graph = model.Graph ?? throw new OnnxImportException("The model holds no graph; it is no ONNX file, or is damaged.");
        Opset = (int)Math.Clamp(model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 13, 1, 1000);
    }

    public Network Network { get; } = new() { DrawsWeights = false };

    /// <summary>Version of the operators.</summary>
    public int Opset { get; }

    public Network Run()
    {
        for (var i = 0; i < _graph.Initializer.Count; i++)
        {
            var tensor = _graph.Initializer[i];
            if (tensor.Name.Length == 0)
                throw new OnnxImportException("A weight has no name; the file is damaged.");
            _constants[tensor.Name] = _inFile.TryGetValue(i, out var floats) ? FileConstant.Of(tensor, floats) : FileConstant.Read(tensor, tensor.Name).AsInitializer();
            _held += _constants[tensor.Name].Count;
        }
        var nodes = _graph.Node.Select(proto => new FileNode(proto)).ToList();
        if (nodes.Count == 0)
            throw new OnnxImportException("The model's graph has no nodes; it is no ONNX file, or is damaged.");
        var outputs = _options.UpTo.Count > 0
            ? _options.UpTo.Select(tap => (Name: tap, Tensor: Resolve(tap, nodes))).ToList()
            : [.. _graph.Output.Select(output => (output.Name, output.Name))];
        if (outputs.Count == 0)
            throw new OnnxImportException("The model's graph has no outputs; name values to take in UpTo.");
        if (outputs.Exists(output => output.Name.Length == 0))
            throw new OnnxImportException("An output has no name; the file is damaged, or UpTo holds an empty name.");
        if (outputs.GroupBy(output => output.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } repeated)
            throw new OnnxImportException($"The output '{repeated.Key}' is named twice; the file is damaged, or UpTo names it twice.");
        var frozen = _options.FreezeUpTo is { } tap ? Resolve(tap, nodes) : null;
        foreach (var node in Needed(nodes, frozen is null ? [] : [frozen]))
            node.Frozen = true;
        string[] wanted = [.. outputs.Select(output => output.Tensor), .. frozen is null ? (string[])[] : [frozen]];
        nodes = Needed(nodes, wanted);

        foreach (var node in nodes)
        {
            // PyTorch writes weights that are equal once, and gives the others their names by an identity.
            if (node.Operator == "Constant")
            {
                var literal = ConstantFolding.Literal(node);
                _constants[Result(node)] = literal;
                _held += literal.Count;
            }
            else if (node.Operator == "Identity" && node.HasInput(0) && FindConstant(node.Inputs[0]) is { } constant)
                Set(node, constant);
        }
        nodes = GraphPatterns.Merge(nodes, wanted, _constants);
        AddInputs(nodes, wanted);
        foreach (var node in nodes)
            Add(node);
        foreach (var (name, tensor) in outputs)
            Network.Output(name, Materialise(ForOutput(Find(tensor) ?? throw Missing(tensor, name))));
        if (frozen is not null)
            Network.SetTrainableUpTo((Find(frozen) ?? throw new OnnxImportException($"'{_options.FreezeUpTo}' does not depend on the inputs; name a value in FreezeUpTo that does.")).Value, trainable: false);
        // Layers that are added to the network from here on are new.
        Network.DrawsWeights = true;
        return Network;
    }

    /// <summary>The only output that matters of a node.</summary>
    public static string Result(FileNode node) => node.Outputs.Count > 0 ? node.Outputs[0] : throw node.Fault("has no output; the file is damaged.");

    public FileTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    public bool IsInput(string name) => Network.InputNames.Contains(name);

    public FileConstant? FindConstant(string name) => _constants.GetValueOrDefault(name);

    /// <summary>An input that is computed.</summary>
    public FileTensor Tensor(FileNode node, int index = 0)
    {
        var name = InputName(node, index);
        return Find(name) ?? throw (FindConstant(name) is { } constant ? node.Unsupported($"the constant {constant} as input {index}") : Unknown(node, name));
    }

    /// <summary>An input whose elements the file holds or that can be worked out.</summary>
    public FileConstant Constant(FileNode node, int index)
    {
        var name = InputName(node, index);
        return FindConstant(name) ?? throw (Find(name) is not null ? node.Unsupported($"a computed value as input {index}", "a constant is needed") : Unknown(node, name));
    }

    /// <summary>As <see cref="Constant"/>, null where the input is left out.</summary>
    public FileConstant? OptionalConstant(FileNode node, int index) => node.HasInput(index) ? Constant(node, index) : null;

    /// <summary>An input that is a single number; null where it is left out.</summary>
    public float? OptionalNumber(FileNode node, int index)
    {
        if (OptionalConstant(node, index) is not { } constant)
            return null;
        return constant.Count == 1 ? constant.ToFloats()[0] : throw node.Fault($"has {constant} as input {index}, where one number is needed; the file is damaged.");
    }

    /// <summary>Counts elements that a folded node computed; what all of them may take is bounded by what the file holds.</summary>
    /// <exception cref="OnnxImportException">They are too many for weights that are moved and shapes that are computed.</exception>
    public void ChargeComputed(FileNode node, int count)
    {
        _computed += count;
        if (_computed > FileConstant.MostComputed + (4 * _held))
            throw node.Fault($"is one of many that compute constants, by now of {_computed.ToString(CultureInfo.InvariantCulture)} elements, which is more than any model needs; the file is damaged.");
    }

    /// <summary>Whether an exception comes of contents that no check foresaw, rather than of the machine.</summary>
    public static bool IsOfDamage(Exception failure)
        => failure is ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidOperationException or InvalidCastException or NullReferenceException or KeyNotFoundException or FormatException;

    /// <summary>A constant of float32 with as many elements as a layer needs.</summary>
    public float[] Weights(FileNode node, int index, int count)
    {
        var constant = Constant(node, index);
        return constant.Floats is { } floats && floats.Length == count ? floats : throw node.Fault($"has {constant} as input {index}, where {count} floats are needed; the file is damaged.");
    }

    /// <summary>Whole numbers of a list that is an input of newer files and an attribute of older ones.</summary>
    public int[]? Integers(FileNode node, int input, string attribute)
    {
        if (node.Integers(attribute) is { } values)
            return values;
        return OptionalConstant(node, input) is { } constant
            ? constant.Longs is { } longs ? [.. longs.Select(value => node.ToInt(Math.Clamp(value, int.MinValue, int.MaxValue), attribute))] : throw node.Fault($"takes whole numbers as input {input}.")
            : null;
    }

    /// <summary>Axis of a tensor of <paramref name="rank"/>, counted from the start.</summary>
    public static int Axis(FileNode node, int axis, int rank)
        => axis >= -rank && axis < rank ? (axis + rank) % rank : throw node.Fault($"works along axis {axis} of a tensor with {rank} axes; the file is damaged.");

    public void Set(FileNode node, FileTensor tensor) => Set(Result(node), tensor);

    public void Set(string name, FileTensor tensor)
    {
        if (tensor.Sizes.Aggregate(1.0, (product, size) => product * size) > MostElements)
            throw new OnnxImportException($"The tensor '{name}' would have [{string.Join(", ", tensor.FileSizes)}] elements, which no memory holds; the file is damaged.");
        _tensors[name] = tensor;
    }

    public void Set(FileNode node, FileConstant constant) => _constants[Result(node)] = constant.Named(Result(node));

    /// <summary>Gives the node a constant under the name that it has already.</summary>
    public void Share(FileNode node, FileConstant constant) => _constants[Result(node)] = constant;

    /// <summary>
    /// An input that is computed, or a constant that is the same for each of the batch, made a tensor beside another one: as many axes, in the
    /// same order.
    /// </summary>
    public FileTensor TensorBeside(FileNode node, int index, FileTensor other)
    {
        if (FindConstant(InputName(node, index)) is not { } constant)
            return Tensor(node, index);
        var order = other.Order;
        if (constant.Floats is null || constant.Rank != other.Rank || constant.OneOf(order[0]) is not { } single)
            throw node.Unsupported($"the constant {constant} beside [{string.Join(", ", other.FileSizes)}]", "it must have as many axes and be the same for each of the batch");
        var moved = single.Transposed(order);
        var value = AddWithWeights(node, [Materialise(other)], [single], name => new LearnedTensor(moved.Sizes[1..]) { Name = name, Learned = single.IsInitializer }, _ => moved.Floats!, string.Join(' ', order));
        return new FileTensor(value, [.. value.Shape], order);
    }

    /// <summary>The value under its own sizes, for a layer that looks at them.</summary>
    public Value Materialise(FileTensor tensor)
        => tensor.Value.Shape.SequenceEqual(tensor.Sizes) ? tensor.Value : Network.Add(new Reshape(tensor.Sizes[1..]), tensor.Value);

    /// <summary>The tensor with its axes in another order, moved if need be.</summary>
    public FileTensor Arrange(FileNode node, FileTensor tensor, int[] order)
    {
        if (tensor.TryReorder(order) is { } lying)
            return lying;
        if (order[0] != tensor.Order[0])
            throw node.Unsupported("a batch that is not the first axis");
        var moved = Network.Add(new Transpose([.. order.Select(tensor.EngineAxis)]), Materialise(tensor));
        return new FileTensor(moved, [.. moved.Shape], order);
    }

    /// <summary>Input 0 with the file's axis 1, its channels, last.</summary>
    public FileTensor ChannelsLast(FileNode node, int index = 0)
    {
        var tensor = Tensor(node, index);
        return Arrange(node, tensor, FileTensor.ChannelsLast(tensor.Rank));
    }

    /// <summary>Input 0 with its axes as in the file.</summary>
    public FileTensor InOrder(FileNode node, int index = 0)
    {
        var tensor = Tensor(node, index);
        return Arrange(node, tensor, FileTensor.InOrder(tensor.Rank));
    }

    /// <summary>With a certain axis of the file last, and the others where they are.</summary>
    public FileTensor ArrangeLast(FileNode node, FileTensor tensor, int fileAxis)
        => Arrange(node, tensor, [.. tensor.Order.Where(axis => axis != fileAxis), fileAxis]);

    /// <summary>Adds a layer over pictures or rows with channels last and gives its result to the node.</summary>
    public void AddLayer(FileNode node, Layer layer, FileTensor input)
    {
        var value = Network.Add(layer, Materialise(input));
        Set(node, new FileTensor(value, [.. value.Shape], FileTensor.ChannelsLast(value.Shape.Rank)));
    }

    /// <summary>Adds an element-wise layer.</summary>
    public void AddElementwise(FileNode node, Layer layer, FileTensor input) => Set(node, input.With(Network.Add(layer, input.Value)));

    /// <summary>
    /// A layer with weights, made once for each set of initialisers: nodes that share their weights share the layer.
    /// </summary>
    /// <param name="make">Gets the layer's name.</param>
    /// <param name="load">Fills the parameters once the layer is bound: the elements of parameter i, in the engine's order.</param>
    /// <param name="fill">Fills parameter i when its values are first asked for, in place of <paramref name="load"/>; null loads at once.</param>
    /// <param name="computed">Settings of the layer that are not the node's but follow from its input, as a padding that keeps the picture's size.</param>
    public Value AddWithWeights(FileNode node, ReadOnlySpan<Value> inputs, IReadOnlyList<FileConstant?> constants, Func<string, Layer> make, Func<int, float[]> load, string computed = "", Func<int, Action<Span<float>>?>? fill = null)
    {
        var key = $"{node.Operator} {node.Settings()} {computed} {node.Activation} {string.Join('|', constants.Select(constant => constant?.Name))}";
        var isShareable = constants.Any(constant => constant is not null) && constants.All(constant => constant is null or { IsInitializer: true, Name.Length: > 0 });
        if (isShareable && _shared.TryGetValue(key, out var known) && !known.Parameters.Any(parameter => parameter.IsBuffer))
            return Network.Add(known, inputs);
        var layer = make(LayerName(node, constants));
        var value = Network.Add(layer, inputs);
        for (var i = 0; i < layer.Parameters.Count; i++)
        {
            var parameter = layer.Parameters[i];
            if (fill?.Invoke(i) is { } later)
                parameter.Defer(later);
            else
                Load(node, parameter, load(i));
            if (i < constants.Count && constants[i] is { } constant && IsTelling(constant.Name) && _parameterNames.Add(constant.Name))
                parameter.Rename(constant.Name);
            else
                _parameterNames.Add(parameter.Name);
        }
        _shared[key] = layer;
        return value;
    }

    private static void Load(FileNode node, Parameter parameter, float[] values)
    {
        if (values.Length != parameter.Shape.Length)
            throw node.Fault($"has {values.Length} weights for {parameter}; the file is damaged.");
        values.CopyTo(parameter.Values);
    }

    /// <summary>A name for a layer: what its weights' names begin with, or the node's.</summary>
    public string LayerName(FileNode node, IReadOnlyList<FileConstant?> constants)
    {
        var named = constants.FirstOrDefault(constant => constant is not null && IsTelling(constant.Name) && constant.Name.LastIndexOf('.') > 0)?.Name;
        var name = named is not null ? named[..named.LastIndexOf('.')] : node.Name;
        var free = name;
        for (var i = 2; !Network.IsNameFree(free); i++)
            free = $"{name}_{i.ToString(CultureInfo.InvariantCulture)}";
        return free;
    }

    // PyTorch calls what it folded "onnx::Conv_123" and other writers count.
    private static bool IsTelling(string name) => name.Length > 0 && !name.Contains("::", StringComparison.Ordinal) && name.Any(char.IsLetter) && !(name[0] == 't' && name.Skip(1).All(char.IsDigit));

    private static string InputName(FileNode node, int index) => node.HasInput(index) ? node.Inputs[index] : throw node.Fault($"lacks its input {index}; the file is damaged.");

    private static OnnxImportException Unknown(FileNode node, string name) => node.Fault($"takes '{name}', which nothing before it computes; the file is damaged.");

    private OnnxImportException Missing(string tensor, string name)
        => FindConstant(tensor) is not null
            ? new OnnxImportException($"'{name}' does not depend on the inputs and cannot be an output.")
            : new OnnxImportException($"Nothing computes the output '{name}'; the file is damaged.");

    // A tensor, a node or a layer.
    private static string Resolve(string name, List<FileNode> nodes)
    {
        if (nodes.Exists(node => node.Outputs.Contains(name)))
            return name;
        if (nodes.Find(node => node.Name == name) is { } named)
            return Result(named);
        var prefix = name + ".";
        if (nodes.Find(node => node.Inputs.Exists(input => input.StartsWith(prefix, StringComparison.Ordinal) && input.IndexOf('.', prefix.Length) < 0)) is { } layer)
            return Result(layer);
        throw new OnnxImportException($"The file has no tensor, node or layer '{name}'; its last nodes are {string.Join(", ", nodes.TakeLast(5))}.");
    }

    private static List<FileNode> Needed(List<FileNode> nodes, IEnumerable<string> wanted)
    {
        var names = wanted.ToHashSet(StringComparer.Ordinal);
        var needed = new List<FileNode>();
        foreach (var node in nodes.AsEnumerable().Reverse())
        {
            if (!node.Outputs.Exists(names.Contains))
                continue;
            needed.Add(node);
            names.UnionWith(node.Inputs);
        }
        needed.Reverse();
        return needed;
    }

    private void AddInputs(List<FileNode> nodes, string[] wanted)
    {
        var used = nodes.SelectMany(node => node.Residual is null ? node.Inputs : [.. node.Inputs, node.Residual]).Concat(wanted).ToHashSet(StringComparer.Ordinal);
        foreach (var input in _graph.Input.Where(input => used.Contains(input.Name) && !_constants.ContainsKey(input.Name)))
            AddInput(input);
        foreach (var name in _options.InputShapes.Keys)
        {
            if (!Network.InputNames.Contains(name))
                throw new OnnxImportException($"A shape is given for the input '{name}' and the inputs needed are {string.Join(", ", Network.InputNames)}.");
        }
    }

    private void AddInput(ValueInfoProto input)
    {
        if (input.Name.Length == 0 || IsInput(input.Name))
            throw new OnnxImportException(input.Name.Length == 0 ? "An input has no name; the file is damaged." : $"The input '{input.Name}' is named twice; the file is damaged.");
        var shape = input.Type?.TensorType?.Shape;
        var declared = shape?.Dim.Select(dimension => dimension.HasDimValue && dimension.DimValue > 0 ? dimension.DimValue : -1).ToArray() ?? [];
        if (shape is not null && declared.Length is 0 or > Shape.MaxRank)
            throw new OnnxImportException($"The input '{input.Name}' has {declared.Length} axes; 1 to {Shape.MaxRank} are supported.");
        // Channels-last files are told by their few channels at the end.
        var rank = declared.Length;
        var channelsLast = rank == 4 && declared[3] is 1 or 3 or 4 && declared[1] is not (1 or 3 or 4);
        _channelsLast |= channelsLast;
        if (rank == 4 && !channelsLast && _options.PictureSize is var (height, width))
            declared = [declared[0], declared[1], declared[2] < 0 ? height : declared[2], declared[3] < 0 ? width : declared[3]];
        Shape engine;
        if (_options.InputShapes.TryGetValue(input.Name, out var given))
        {
            if (rank != 0 && given.Rank != rank)
                throw new OnnxImportException($"The shape {given} given for the input '{input.Name}' has {given.Rank} axes and the file's has {rank}.");
            (engine, rank) = (given, given.Rank);
        }
        else
        {
            if (rank == 0 || declared.Skip(1).Any(size => size is < 0 or > int.MaxValue) || declared[0] > int.MaxValue)
                throw new OnnxImportException($"The input '{input.Name}' leaves its size open ([{string.Join(", ", declared.Select(size => size < 0 ? "?" : size.ToString(CultureInfo.InvariantCulture)))}]); give one in InputShapes, in the order batch, height, width, channels.");
            var batch = declared[0] < 0 ? 1 : declared[0];
            long[] sizes = rank == 4 && !channelsLast ? [batch, declared[2], declared[3], declared[1]] : [batch, .. declared[1..]];
            engine = new Shape([.. sizes.Select(size => (int)size)]);
        }
        var order = rank == 4 && !channelsLast ? FileTensor.ChannelsLast(4) : FileTensor.InOrder(rank);
        Set(input.Name, new FileTensor(Network.Input(input.Name, engine), [.. engine], order));
    }

    private void Add(FileNode node)
    {
        if (node.Operator == "Constant")
            return;
        try
        {
            if (ConstantFolding.TryFold(this, node))
                return;
            if (!Operators.All.TryGetValue(node.Operator, out var add))
                throw node.Fault($"is of an operator that is not supported. Supported are {string.Join(", ", Operators.All.Keys.Where(name => !name.Contains(' ')).Order(StringComparer.Ordinal))}. Choose a tap before it (UpTo).");
            add(this, node);
        }
        catch (Exception failure) when (IsOfDamage(failure))
        {
            throw node.Fault($"cannot be taken over: {failure.Message}", failure);
        }
    }

    // Pictures leave the engine channels-last, everything else as in the file.
    private FileTensor ForOutput(FileTensor tensor)
    {
        var order = tensor.Rank == 4 && !_channelsLast ? FileTensor.ChannelsLast(4) : FileTensor.InOrder(tensor.Rank);
        return Arrange(new FileNode(new NodeProto { Name = "output", OpType = "output" }), tensor, order);
    }
}
