namespace Semblance.Networks.Execution;

/// <summary>
/// The schedule of a run and the memory of every tensor in it, decided before the first number is computed. Time is the number of
/// a step. The forward pass takes the nodes in order; the backward pass takes them in reverse, with repeated forward steps put in
/// where something was not kept. A tensor's memory is free again after the last step that reads it.
/// </summary>
internal sealed class ExecutionPlan
{
    private readonly Network _network;
    private readonly RunOptions _options;
    private readonly int _threads;
    private readonly int _elementSize;
    private readonly Shape[] _shapes;
    private readonly bool[] _live;
    private readonly bool[] _wantsGradient;
    private readonly int[] _producers;
    private readonly LayerMemory[] _memory;
    private readonly bool[] _repeated;

    // Forward values: last step that reads each, and its memory.
    private readonly int[] _lastUse;
    private readonly PlannedBuffer?[] _values;
    private readonly Dictionary<PlannedBuffer, List<int>> _valuesIn = [];
    private readonly PlannedBuffer?[] _saved;

    // Gradients of values: their memory while they are alive, and which share one.
    private readonly PlannedBuffer?[] _gradients;
    private readonly Dictionary<PlannedBuffer, List<int>> _gradientsIn = [];

    private readonly List<PlannedBuffer> _buffers = [];
    private readonly List<PlannedStep> _steps = [];

    public ExecutionPlan(Network network, Shape[] inputs, RunOptions options, int threads, int elementSize)
    {
        _network = network;
        _options = options;
        _threads = threads;
        _elementSize = elementSize;
        _shapes = network.InferShapes(inputs);
        _producers = Producers(network);
        _live = LiveNodes();
        _wantsGradient = WantsGradient();
        _memory = [.. network.Nodes.Select(Memory)];
        _repeated = RepeatedNodes();
        _lastUse = new int[_shapes.Length];
        _values = new PlannedBuffer?[_shapes.Length];
        _gradients = new PlannedBuffer?[_shapes.Length];
        _saved = new PlannedBuffer?[network.Nodes.Count];

        ForwardSteps = _live.Count(live => live);
        var backward = options.Training ? OrderBackward() : [];
        PlanForward();
        PlanBackward(backward);
        ArenaBytes = ArenaLayout.Place(_buffers);
    }

    public IReadOnlyList<PlannedStep> Steps => _steps;

    /// <summary>The first so many steps are the forward pass.</summary>
    public int ForwardSteps { get; }

    public nint ArenaBytes { get; }

    public IReadOnlyList<PlannedBuffer> Buffers => _buffers;

    public Shape ShapeOf(int value) => _shapes[value];

    public PlannedBuffer? BufferOf(int value) => _values[value];

    /// <summary>Memory of the gradients that the caller writes (outputs) or reads (inputs).</summary>
    public Dictionary<int, PlannedBuffer> OuterGradients { get; } = [];

    /// <summary>Trainable parameters that some backward step writes.</summary>
    public HashSet<Parameter> ReachedParameters { get; } = [];

    private static int[] Producers(Network network)
    {
        var producers = new int[network.ValueCount];
        Array.Fill(producers, -1);
        for (var n = 0; n < network.Nodes.Count; n++)
        {
            for (var i = 0; i < network.Nodes[n].OutputCount; i++)
                producers[network.Nodes[n].FirstOutput + i] = n;
        }
        return producers;
    }

    // Nodes that an output depends on.
    private bool[] LiveNodes()
    {
        var needed = new bool[_shapes.Length];
        foreach (var (_, value) in _network.Outputs)
            needed[value] = true;
        var live = new bool[_network.Nodes.Count];
        for (var n = _network.Nodes.Count - 1; n >= 0; n--)
        {
            var node = _network.Nodes[n];
            live[n] = OutputsOf(node).Any(value => needed[value]);
            foreach (var input in live[n] ? node.Inputs : [])
                needed[input] = true;
        }
        return live;
    }

    // Values behind which something is trained, or inputs whose gradient is asked for; and among them those that an output's gradient reaches.
    private bool[] WantsGradient()
    {
        var wants = new bool[_shapes.Length];
        if (!_options.Training)
            return wants;
        foreach (var (_, value) in _network.Inputs)
            wants[value] = _options.InputGradients;
        for (var n = 0; n < _network.Nodes.Count; n++)
        {
            var node = _network.Nodes[n];
            if (!_live[n] || node.Layer.StopsGradient)
                continue;
            var any = node.Inputs.Any(input => wants[input]) || node.Layer.Parameters.Any(parameter => parameter.Trainable);
            foreach (var output in OutputsOf(node))
                wants[output] = any;
        }
        var reached = new bool[_shapes.Length];
        foreach (var (_, value) in _network.Outputs)
            reached[value] = true;
        for (var n = _network.Nodes.Count - 1; n >= 0; n--)
        {
            var node = _network.Nodes[n];
            if (!_live[n] || node.Layer.StopsGradient || !OutputsOf(node).Any(output => wants[output] && reached[output]))
                continue;
            foreach (var input in node.Inputs)
                reached[input] = true;
        }
        for (var value = 0; value < wants.Length; value++)
            wants[value] &= reached[value];
        return wants;
    }

    private LayerMemory Memory(NetworkNode node)
        => node.Layer.Memory(new LayerShapes([.. node.Inputs.Select(ShapeOf)], [.. OutputsOf(node).Select(ShapeOf)], _threads, _options.Training, _elementSize == sizeof(double)) { FixedWeights = _options.FixedWeights && _elementSize == sizeof(float) });

    private static IEnumerable<int> OutputsOf(NetworkNode node) => Enumerable.Range(node.FirstOutput, node.OutputCount);

    private bool RunsBackward(int n) => _live[n] && !_network.Nodes[n].Layer.StopsGradient && OutputsOf(_network.Nodes[n]).Any(output => _wantsGradient[output]);

    /// <summary>Whether the caller reads an output of the node, itself or a view of it.</summary>
    private bool IsGivenOut(NetworkNode node) => _network.Outputs.Any(output => OutputsOf(node).Contains(Owner(output.Value)));

    /// <summary>A view's memory is its input's.</summary>
    private int Owner(int value)
    {
        while (_producers[value] >= 0 && _network.Nodes[_producers[value]].Layer.IsView)
            value = _network.Nodes[_producers[value]].Inputs[0];
        return value;
    }

    // Nodes of the backward pass, forward ones to be repeated included; sets the last use of what the forward pass must keep.
    private List<(int Node, bool Repeat)> OrderBackward()
    {
        var order = new List<(int, bool)>();
        // Values that the backward pass has at hand because it repeated their node.
        var repeated = new HashSet<int>();
        for (var n = _network.Nodes.Count - 1; n >= 0; n--)
        {
            if (!RunsBackward(n))
                continue;
            foreach (var value in BackwardReads(n))
                Provide(value, order, repeated);
            order.Add((n, false));
        }
        return order;
    }

    private IEnumerable<int> BackwardReads(int n)
    {
        var node = _network.Nodes[n];
        if (node.Layer.IsView)
            yield break;
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Layer.KeepsInput(i))
                yield return Owner(node.Inputs[i]);
        }
        for (var i = 0; i < node.OutputCount; i++)
        {
            if (node.Layer.KeepsOutput(i))
                yield return Owner(node.FirstOutput + i);
        }
    }

    private void Provide(int value, List<(int, bool)> order, HashSet<int> repeated)
    {
        if (repeated.Contains(value))
            return;
        if (!IsRepeatable(value))
        {
            // Kept at least until the step about to be added; exact steps follow when the backward pass is planned.
            _lastUse[value] = int.MaxValue;
            return;
        }
        var n = _producers[value];
        foreach (var input in _network.Nodes[n].Inputs)
            Provide(Owner(input), order, repeated);
        order.Add((n, true));
        foreach (var output in OutputsOf(_network.Nodes[n]))
            repeated.Add(output);
    }

    /// <summary>
    /// Which nodes are run again instead of keeping their outputs: cheap ones whose inputs are kept anyway, or cost at most half of
    /// what the output would. An input that is itself repeated is fine where the backward pass of the node asks for it in any case.
    /// </summary>
    private bool[] RepeatedNodes()
    {
        var repeated = new bool[_network.Nodes.Count];
        if (!_options.Training || _options.Recompute != Recompute.Cheap)
            return repeated;
        var kept = new HashSet<int>(Enumerable.Range(0, repeated.Length).Where(RunsBackward).SelectMany(BackwardReads));
        kept.UnionWith(_network.Inputs.Select(input => input.Value));
        for (var n = 0; n < repeated.Length; n++)
        {
            var node = _network.Nodes[n];
            if (!_live[n] || !node.Layer.IsCheap || node.Layer.IsView || !OutputsOf(node).Any(kept.Contains) || IsGivenOut(node))
                continue;
            nint extra = 0;
            var chained = false;
            for (var i = 0; i < node.Inputs.Length; i++)
            {
                var input = Owner(node.Inputs[i]);
                if (_producers[input] >= 0 && repeated[_producers[input]])
                    chained |= !(RunsBackward(n) && node.Layer.KeepsInput(i));
                else if (!kept.Contains(input))
                    extra += ShapeOf(input).Length;
            }
            repeated[n] = !chained && extra <= OutputsOf(node).Sum(output => (long)ShapeOf(output).Length) / 2;
            if (repeated[n])
                kept.UnionWith(node.Inputs.Select(Owner));
        }
        return repeated;
    }

    private bool IsRepeatable(int value) => _producers[value] >= 0 && _repeated[_producers[value]];

    private void PlanForward()
    {
        MarkForwardUses();
        foreach (var (_, value) in _network.Inputs)
        {
            // Callers may fill the inputs of the next step at any time.
            _values[value] = NewBuffer(ShapeOf(value).Length, 0, "an input");
            Register(_valuesIn, _values[value]!, value);
        }
        for (var n = 0; n < _network.Nodes.Count; n++)
        {
            if (!_live[n])
                continue;
            var node = _network.Nodes[n];
            var step = _steps.Count;
            foreach (var output in OutputsOf(node))
                Register(_valuesIn, _values[output] = ForwardBuffer(node, output, step), output);
            // A layer may fill what it saves in any pass, whether or not the backward pass comes to it.
            _saved[n] = _memory[n].Saved > 0 ? NewBuffer(_memory[n].Saved, step, node.Layer.Name) : null;
            var scratch = _memory[n].ForwardScratch > 0 ? NewBuffer(_memory[n].ForwardScratch, step, node.Layer.Name) : null;
            AddStep(new PlannedStep(StepKind.Forward, n)
            {
                Inputs = [.. node.Inputs.Select(input => _values[input])],
                Outputs = [.. OutputsOf(node).Select(output => _values[output])],
                Saved = _saved[n],
                Scratch = scratch,
            });
        }
        foreach (var (_, value) in _network.Outputs)
            _values[value]!.UseAt(int.MaxValue);
        foreach (var (_, value) in _network.Inputs)
            _values[value]!.UseAt(int.MaxValue);
    }

    private void MarkForwardUses()
    {
        var step = 0;
        for (var n = 0; n < _network.Nodes.Count; n++)
        {
            if (!_live[n])
                continue;
            foreach (var input in _network.Nodes[n].Inputs)
                _lastUse[Owner(input)] = Math.Max(_lastUse[Owner(input)], step);
            step++;
        }
        foreach (var (_, value) in _network.Outputs)
            _lastUse[Owner(value)] = int.MaxValue;
        foreach (var (_, value) in _network.Inputs)
            _lastUse[value] = int.MaxValue;
    }

    private PlannedBuffer ForwardBuffer(NetworkNode node, int output, int step)
    {
        var layer = node.Layer;
        if (layer.IsView)
            return _values[node.Inputs[0]]!;
        for (var i = 0; i < node.Inputs.Length && output == node.FirstOutput; i++)
        {
            var input = node.Inputs[i];
            if (!layer.OverwritesInput(i) || ShapeOf(input).Length != ShapeOf(output).Length || node.Inputs.Count(other => Owner(other) == Owner(input)) > 1)
                continue;
            // Free for the taking if nobody reads any of its tensors after this step.
            if (_valuesIn[_values[input]!].TrueForAll(value => _lastUse[Owner(value)] <= step))
                return _values[input]!;
        }
        return NewBuffer(ShapeOf(output).Length, step, layer.Name);
    }

    private void PlanBackward(List<(int Node, bool Repeat)> order)
    {
        foreach (var (_, value) in _network.Outputs)
        {
            if (!_wantsGradient[value] || _gradients[value] is not null)
                continue;
            SetGradient(value, NewBuffer(ShapeOf(value).Length, _steps.Count, "an output's gradient"));
            OuterGradients[value] = _gradients[value]!;
        }
        var written = new HashSet<Parameter>();
        foreach (var (n, repeat) in order)
        {
            if (repeat)
                PlanRepeat(n);
            else
                PlanBackward(n, written);
        }
        foreach (var (_, value) in _network.Inputs)
        {
            if (_gradients[value] is not { } gradient)
                continue;
            gradient.UseAt(int.MaxValue);
            OuterGradients[value] = gradient;
        }
    }

    private void PlanRepeat(int n)
    {
        var node = _network.Nodes[n];
        var step = _steps.Count;
        var inputs = node.Inputs.Select(input => _values[input]).ToArray();
        foreach (var output in OutputsOf(node))
        {
            _values[output] = node.Layer.IsView ? _values[node.Inputs[0]] : NewBuffer(ShapeOf(output).Length, step, node.Layer.Name);
            RepointViews(output);
        }
        AddStep(new PlannedStep(StepKind.Repeat, n)
        {
            Inputs = inputs,
            Outputs = [.. OutputsOf(node).Select(output => _values[output])],
            Saved = _saved[n],
            Scratch = _memory[n].ForwardScratch > 0 ? NewBuffer(_memory[n].ForwardScratch, step, node.Layer.Name) : null,
        });
    }

    // Views of a value that has been computed anew lie where it lies now.
    private void RepointViews(int value)
    {
        foreach (var node in _network.Nodes)
        {
            if (!node.Layer.IsView || node.Inputs[0] != value)
                continue;
            _values[node.FirstOutput] = _values[value];
            RepointViews(node.FirstOutput);
        }
    }

    private void PlanBackward(int n, HashSet<Parameter> written)
    {
        var node = _network.Nodes[n];
        var layer = node.Layer;
        foreach (var output in OutputsOf(node))
        {
            if (_gradients[output] is not null)
                continue;
            SetGradient(output, NewBuffer(ShapeOf(output).Length, _steps.Count, layer.Name));
            AddStep(new PlannedStep(StepKind.Clear, -1) { Outputs = [_gradients[output]] });
        }
        var outputGradients = OutputsOf(node).Select(output => _gradients[output]).ToArray();
        var inputGradients = new PlannedBuffer?[node.Inputs.Length];
        var accumulates = new bool[node.Inputs.Length];
        // What passes goes first: the layer then adds to it, or leaves the output's gradient alone, where both meet in one tensor.
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (_wantsGradient[node.Inputs[i]] && layer.PassesGradient(i))
                Pass(node.FirstOutput, node.Inputs[i]);
        }
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (_wantsGradient[node.Inputs[i]] && !layer.PassesGradient(i))
                inputGradients[i] = Claim(node, i, out accumulates[i]);
        }
        var computes = inputGradients.Any(gradient => gradient is not null) || layer.Parameters.Any(parameter => parameter.Trainable);
        if (computes)
        {
            AddStep(new PlannedStep(StepKind.Backward, n)
            {
                Inputs = [.. node.Inputs.Select((input, i) => layer.KeepsInput(i) ? _values[input] : null)],
                Outputs = [.. OutputsOf(node).Select((output, i) => layer.KeepsOutput(i) ? _values[output] : null)],
                InputGradients = inputGradients,
                OutputGradients = outputGradients,
                Accumulates = accumulates,
                AccumulatesParameters = [.. layer.Parameters.Select(parameter => parameter.Trainable && !written.Add(parameter))],
                Saved = _saved[n],
                Scratch = _memory[n].BackwardScratch > 0 ? NewBuffer(_memory[n].BackwardScratch, _steps.Count, layer.Name) : null,
            });
            ReachedParameters.UnionWith(layer.Parameters.Where(parameter => parameter.Trainable));
        }
        foreach (var output in OutputsOf(node))
            DropGradient(output);
    }

    // The input's gradient is the output's: the same memory, unless another layer has left a part of it already.
    private void Pass(int output, int input)
    {
        var gradient = _gradients[output]!;
        if (_gradients[input] is null)
        {
            // The caller may write an output's gradient again before the next backward pass: it is read-only here like any shared one.
            SetGradient(input, gradient);
            return;
        }
        MakeOwn(input);
        AddStep(new PlannedStep(StepKind.Add, -1) { Inputs = [gradient], Outputs = [_gradients[input]] });
    }

    private PlannedBuffer Claim(NetworkNode node, int index, out bool accumulates)
    {
        var input = node.Inputs[index];
        accumulates = _gradients[input] is not null;
        if (accumulates)
        {
            MakeOwn(input);
            return _gradients[input]!;
        }
        var gradient = _gradients[node.FirstOutput]!;
        // Element by element over the output's gradient, if this is its last reader; a value that goes in twice gets a sum, which needs a place of its own.
        var overwrites = index == 0 && node.Inputs.Count(other => other == input) == 1 && node.Layer.OverwritesGradient && node.OutputCount == 1 && ShapeOf(input).Length == ShapeOf(node.FirstOutput).Length
            && _gradientsIn[gradient] is [var only] && only == node.FirstOutput;
        SetGradient(input, overwrites ? gradient : NewBuffer(ShapeOf(input).Length, _steps.Count, node.Layer.Name));
        return _gradients[input]!;
    }

    /// <summary>Copies a shared gradient, so that adding to it leaves the others alone.</summary>
    private void MakeOwn(int value)
    {
        var shared = _gradients[value]!;
        if (_gradientsIn[shared] is [_])
            return;
        _gradientsIn[shared].Remove(value);
        _gradients[value] = null;
        SetGradient(value, NewBuffer(ShapeOf(value).Length, _steps.Count, "a gradient"));
        AddStep(new PlannedStep(StepKind.Copy, -1) { Inputs = [shared], Outputs = [_gradients[value]] });
    }

    private void SetGradient(int value, PlannedBuffer buffer)
    {
        _gradients[value] = buffer;
        Register(_gradientsIn, buffer, value);
    }

    private void DropGradient(int value)
    {
        _gradientsIn[_gradients[value]!].Remove(value);
        _gradients[value] = null;
    }

    private static void Register(Dictionary<PlannedBuffer, List<int>> tensors, PlannedBuffer buffer, int value)
    {
        if (!tensors.TryGetValue(buffer, out var list))
            tensors[buffer] = list = [];
        list.Add(value);
    }

    private PlannedBuffer NewBuffer(nint elements, int step, string owner)
    {
        var buffer = new PlannedBuffer(checked(elements * _elementSize), step, owner);
        _buffers.Add(buffer);
        return buffer;
    }

    private void AddStep(PlannedStep step)
    {
        foreach (var buffer in step.Inputs.Concat(step.Outputs).Concat(step.InputGradients).Concat(step.OutputGradients).Append(step.Saved).Append(step.Scratch))
            buffer?.UseAt(_steps.Count);
        _steps.Add(step);
    }
}
