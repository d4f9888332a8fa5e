using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.ExceptionServices;
using Semblance.Networks.Execution;
using Semblance.Numerics;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// A network made ready for inputs of given shapes: all memory laid out and taken, then any number of passes in that memory.
/// Fill the inputs, <see cref="Forward"/>, read the outputs; to train, write the outputs' gradients, <see cref="Backward"/>, and let
/// an optimiser change the parameters.
/// </summary>
/// <remarks>
/// One pass at a time. The same inputs, parameters, seed and number of passes give the same bits on one instruction set, whatever
/// the number of threads.
/// </remarks>
public sealed unsafe class NetworkRun<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network _network;
    private readonly RunOptions _options;
    private readonly WorkerTeam _team;
    private readonly ExecutionPlan _plan;
    private readonly HugeMemory _arena;
    private readonly Action[] _steps;
    private readonly Dictionary<Parameter, (HugeMemory Values, HugeMemory Gradient)> _copies = [];
    private readonly List<LayerCall<T>> _calls = [];
    private readonly List<HugeMemory> _packed = [];
    private readonly List<Parameter> _unreached;
    private bool _ranForward;
    private bool _disposed;

    internal NetworkRun(Network network, Shape[] inputs, RunOptions options)
    {
        _network = network;
        _options = options;
        if (options.Team is null)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads, nameof(options));
        if (options is { Training: true, FixedWeights: true })
            throw new ArgumentException($"Training changes weights: prepare the run with {nameof(RunOptions.Training)} or with {nameof(RunOptions.FixedWeights)}.", nameof(options));
        _plan = new ExecutionPlan(network, inputs, options, options.Team?.Threads ?? options.Threads, sizeof(T));
        _arena = Arena();
        _team = options.Team ?? new WorkerTeam(options.Threads);
        try
        {
            foreach (var (_, value) in network.Inputs)
                ValueTensor(value).Span.Clear();
            if (PacksWeights)
                PackSideBySide();
            _steps = [.. _plan.Steps.Select(Compile)];
            _unreached = [.. network.Parameters.Where(parameter => options.Training && parameter.Trainable && !_plan.ReachedParameters.Contains(parameter))];
            ClearOutputGradients();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes that activations, gradients of activations and working memory take together; parameters are not among them.</summary>
    public long ArenaBytes => _plan.ArenaBytes;

    /// <summary>
    /// Forward passes so far. With the seed it decides what dropout draws, so that a run that goes on from a checkpoint sets it.
    /// </summary>
    public long Passes { get; set; }

    /// <summary>Where the timer ticks of each step of <see cref="Plan"/> are added up; null takes no times.</summary>
    internal long[]? Profile { get; set; }

    internal ExecutionPlan Plan => _plan;

    /// <summary>To be filled before <see cref="Forward"/>; keeps its values.</summary>
    public Tensor<T> Input(string name) => ValueTensor(Find(_network.Inputs, name, "input"));

    /// <summary>Valid from <see cref="Forward"/> on until the next.</summary>
    public Tensor<T> Output(string name) => ValueTensor(Find(_network.Outputs, name, "output"));

    /// <summary>To be written between <see cref="Forward"/>, which sets it to zero, and <see cref="Backward"/>, which may overwrite it.</summary>
    /// <exception cref="InvalidOperationException">The run does not train, or nothing that is trained leads to this output.</exception>
    public Tensor<T> OutputGradient(string name)
        => OuterGradient(Find(_network.Outputs, name, "output"), $"Output '{name}' takes no gradient: prepare the run with {nameof(RunOptions.Training)}, with something to train in front of it.");

    /// <summary>Valid after <see cref="Backward"/> until the next pass.</summary>
    /// <exception cref="InvalidOperationException">The run was prepared without gradients of inputs.</exception>
    public Tensor<T> InputGradient(string name)
        => OuterGradient(Find(_network.Inputs, name, "input"), $"Input '{name}' has no gradient: prepare the run with {nameof(RunOptions.InputGradients)} and {nameof(RunOptions.Training)}.");

    /// <summary>The parameter's values as this run computes with them: its own memory in single precision, a copy in double.</summary>
    public Span<T> ParameterValues(Parameter parameter) => new(ParameterValuePointer(parameter), checked((int)parameter.Shape.Length));

    /// <summary>The parameter's gradient as this run writes it.</summary>
    public Span<T> ParameterGradient(Parameter parameter) => new(ParameterGradientPointer(parameter), checked((int)parameter.Shape.Length));

    /// <summary>Computes the outputs.</summary>
    /// <exception cref="NotFiniteNumberException">An input holds an infinity or no number, or a layer made one; the message names it.</exception>
    public void Forward()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ranForward = false;
        if (_options.ChecksFinite)
            ThrowIfInputsNotFinite();
        Passes++;
        foreach (var call in _calls)
            call.Seed = SeedOf(call.Node);
        RunSteps(0, _plan.ForwardSteps);
        if (_options.ChecksFinite && !OutputsAreFinite())
            ThrowNamingLayer();
        ClearOutputGradients();
        _ranForward = true;
    }

    /// <summary>
    /// Computes the gradients of all trainable parameters, and of the inputs if asked for, from the gradients of the outputs.
    /// Once after each <see cref="Forward"/>.
    /// </summary>
    /// <param name="accumulate">Adds to the parameters' gradients instead of replacing them: several batches make one step.</param>
    /// <exception cref="NotFiniteNumberException">An output's gradient holds an infinity or no number.</exception>
    public void Backward(bool accumulate = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_options.Training)
            throw new InvalidOperationException($"The run was prepared for inference; prepare it with {nameof(RunOptions.Training)}.");
        if (!_ranForward)
            throw new InvalidOperationException($"{nameof(Backward)} goes once after each {nameof(Forward)}: it uses up the activations.");
        _ranForward = false;
        if (_options.ChecksFinite)
            ThrowIfOutputGradientsNotFinite();
        foreach (var call in _calls)
            call.AccumulatesAll = accumulate;
        RunSteps(_plan.ForwardSteps, _steps.Length);
        if (accumulate)
            return;
        foreach (var parameter in _unreached)
            ParameterGradient(parameter).Clear();
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _arena.Release();
        foreach (var (values, gradient) in _copies.Values)
        {
            values.Release();
            gradient.Release();
        }
        _copies.Clear();
        if (_options.Team is null)
            _team.Dispose();
    }

    private void RunSteps(int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            var start = Profile is null ? 0 : Stopwatch.GetTimestamp();
            _steps[i]();
            Profile?[i] += Stopwatch.GetTimestamp() - start;
        }
    }

    // Linux would promise more memory than there is, and kill the process when it is used.
    private HugeMemory Arena()
    {
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (_plan.ArenaBytes <= most)
        {
            try
            {
                return new HugeMemory(_plan.ArenaBytes);
            }
            catch (OutOfMemoryException failure)
            {
                throw new OutOfMemoryException(TooLarge("the system does not give them"), failure);
            }
        }
        throw new OutOfMemoryException(TooLarge(string.Create(CultureInfo.InvariantCulture, $"the machine has {most / 1e9:0.0} GB")));
    }

    private string TooLarge(string reason)
    {
        var largest = _plan.Buffers.MaxBy(buffer => buffer.Bytes)!;
        return string.Create(CultureInfo.InvariantCulture,
            $"The run needs {_plan.ArenaBytes / 1e9:0.00} GB for activations and {reason}; the largest single piece is {largest.Bytes / 1e9:0.00} GB for '{largest.Owner}'. Take a smaller batch or smaller pictures, or recompute cheap layers ({nameof(RunOptions)}.{nameof(RunOptions.Recompute)}).");
    }

    private Action Compile(PlannedStep step) => step.Kind switch
    {
        StepKind.Clear => Move(step, static (target, source) => target.Clear()),
        StepKind.Copy => Move(step, static (target, source) => source.CopyTo(target)),
        StepKind.Add => Move(step, static (target, source) => System.Numerics.Tensors.TensorPrimitives.Add<T>(target, source, target)),
        StepKind.Backward => Compile(step, backward: true),
        _ => Compile(step, backward: false),
    };

    private Action Move(PlannedStep step, MoveSpan move)
    {
        const int Piece = 1 << 20;
        var target = Pointer(step.Outputs[0]);
        var source = step.Inputs.Length > 0 ? Pointer(step.Inputs[0]) : target;
        var count = step.Outputs[0]!.Bytes / sizeof(T);
        return () => _team.Run((int)((count + Piece - 1) / Piece), part =>
        {
            var start = (nint)part * Piece;
            var length = (int)Math.Min(Piece, count - start);
            move(new Span<T>(target + start, length), new ReadOnlySpan<T>(source + start, length));
        });
    }

    private Action Compile(PlannedStep step, bool backward)
    {
        var node = _network.Nodes[step.Node];
        var layer = node.Layer;
        var packed = Packed(node);
        var call = new LayerCall<T>
        {
            Node = step.Node,
            Training = _options.Training,
            Repeats = step.Kind == StepKind.Repeat,
            Team = _team,
            Simd = SimdWidth<T>.Chosen,
            Inputs = Tensors(node.Inputs, step.Inputs),
            Outputs = Tensors(Outputs(node), step.Outputs),
            InputGradients = Tensors(node.Inputs, step.InputGradients),
            OutputGradients = Tensors(Outputs(node), step.OutputGradients),
            Parameters = [.. layer.Parameters.Select((parameter, i) => new Tensor<T>(i == 0 && packed != null ? null : ParameterValuePointer(parameter), parameter.Shape))],
            ParameterGradients = [.. layer.Parameters.Select(parameter => new Tensor<T>(backward && parameter.Trainable ? ParameterGradientPointer(parameter) : null, parameter.Shape))],
            AccumulatedInputs = step.Accumulates,
            AccumulatedParameters = step.AccumulatesParameters,
            Saved = Pointer(step.Saved),
            Scratch = Pointer(step.Scratch),
            Packed = packed,
        };
        _calls.Add(call);
        if (layer.IsView && !backward)
            return static () => { };
        return backward ? () => layer.Backward(call) : () => layer.Forward(call);
    }

    private bool PacksWeights => _options.FixedWeights && typeof(T) == typeof(float);

    // All processors, whatever the run's threads: once for a network, and what the first answer waits for.
    private void PackSideBySide()
    {
        var nodes = _plan.Steps.Select(step => _network.Nodes[step.Node]).Where(node => !node.Layer.IsPacked(InputShapes(node))).DistinctBy(node => node.Layer).ToArray();
        if (nodes.Length == 0)
            return;
        using var packers = new WorkerTeam(Math.Min(nodes.Length, Environment.ProcessorCount));
        using var alone = new WorkerTeam(1);
        try
        {
            packers.Run(nodes.Length, i => nodes[i].Layer.PackWeights(InputShapes(nodes[i]), alone));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private Shape[] InputShapes(NetworkNode node) => [.. node.Inputs.Select(_plan.ShapeOf)];

    private T* Packed(NetworkNode node)
    {
        if (!PacksWeights || node.Layer.PackWeights(InputShapes(node), _team) is not { } memory)
            return null;
        _packed.Add(memory);
        return (T*)memory.Start;
    }

    private static int[] Outputs(NetworkNode node) => [.. Enumerable.Range(node.FirstOutput, node.OutputCount)];

    private Tensor<T>[] Tensors(int[] values, PlannedBuffer?[] buffers)
        => [.. values.Select((value, i) => new Tensor<T>(i < buffers.Length ? Pointer(buffers[i]) : null, _plan.ShapeOf(value)))];

    private T* Pointer(PlannedBuffer? buffer) => buffer is null ? null : (T*)(_arena.Start + buffer.Offset);

    // In single precision a run computes with the parameter itself.
    private T* ParameterValuePointer(Parameter parameter)
        => typeof(T) == typeof(float) ? (T*)parameter.Pointer : (T*)Copy(parameter).Values.Start;

    private T* ParameterGradientPointer(Parameter parameter)
        => typeof(T) == typeof(float) ? (T*)parameter.GradientPointer : (T*)Copy(parameter).Gradient.Start;

    private (HugeMemory Values, HugeMemory Gradient) Copy(Parameter parameter)
    {
        if (_copies.TryGetValue(parameter, out var copy))
            return copy;
        copy = (new HugeMemory(parameter.Shape.Length * sizeof(T)), new HugeMemory(parameter.Shape.Length * sizeof(T)));
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, T>(parameter.Values, new Span<T>(copy.Values.Start, parameter.Values.Length));
        new Span<T>(copy.Gradient.Start, parameter.Values.Length).Clear();
        _copies[parameter] = copy;
        return copy;
    }

    private Tensor<T> ValueTensor(int value)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new(Pointer(_plan.BufferOf(value)), _plan.ShapeOf(value));
    }

    private Tensor<T> OuterGradient(int value, string complaint)
        => !_disposed && _plan.OuterGradients.TryGetValue(value, out var buffer) ? new Tensor<T>(Pointer(buffer), _plan.ShapeOf(value)) : throw new InvalidOperationException(complaint);

    private void ClearOutputGradients()
    {
        foreach (var (_, value) in _network.Outputs)
        {
            if (_plan.OuterGradients.TryGetValue(value, out var buffer))
                new Tensor<T>(Pointer(buffer), _plan.ShapeOf(value)).Span.Clear();
        }
    }

    private long SeedOf(int node)
    {
        var state = unchecked((ulong)_options.Seed + (ulong)Passes * 0x9E3779B97F4A7C15 + (ulong)node * 0xD1B54A32D192ED03);
        return (long)SeededRandom.SplitMix64(ref state);
    }

    private void ThrowIfInputsNotFinite()
    {
        foreach (var (name, value) in _network.Inputs)
        {
            var at = IndexOfNotFinite(ValueTensor(value));
            if (at >= 0)
                throw new NotFiniteNumberException($"Input '{name}' holds {ValueTensor(value).Data[at]} at element {at} of {_plan.ShapeOf(value)}; look at the data and its normalisation.");
        }
    }

    private bool OutputsAreFinite() => _network.Outputs.All(output => IndexOfNotFinite(ValueTensor(output.Value)) < 0);

    private void ThrowIfOutputGradientsNotFinite()
    {
        foreach (var (name, value) in _network.Outputs)
        {
            if (_plan.OuterGradients.TryGetValue(value, out var buffer) && IndexOfNotFinite(new Tensor<T>(Pointer(buffer), _plan.ShapeOf(value))) >= 0)
                throw new NotFiniteNumberException($"The gradient given for output '{name}' holds an infinity or no number: the loss has diverged. Lower the learning rate or clip the gradients.");
        }
    }

    // The pass is run again, this time with a look at every layer's output; memory has been reused since, so there is no other way. Running
    // statistics are put back: they have moved once already.
    private void ThrowNamingLayer()
    {
        for (var i = 0; i < _plan.ForwardSteps; i++)
        {
            var node = _network.Nodes[_plan.Steps[i].Node];
            foreach (var parameter in node.Layer.Parameters.Where(parameter => !parameter.IsBuffer || !_options.Training))
            {
                if (IndexOfNotFinite(new Tensor<T>(ParameterValuePointer(parameter), parameter.Shape)) >= 0)
                    throw new NotFiniteNumberException($"Parameter '{parameter.Name}' of layer '{node.Layer.Name}' ({node.Layer.GetType().Name}) holds an infinity or no number: an earlier step diverged. Go back to a checkpoint, with a lower learning rate or clipped gradients.");
            }
            var call = _calls[i];
            var statistics = node.Layer.Parameters.Where(parameter => parameter.IsBuffer).Select(parameter => ParameterValues(parameter).ToArray()).ToList();
            _steps[i]();
            foreach (var (buffer, values) in node.Layer.Parameters.Where(parameter => parameter.IsBuffer).Zip(statistics))
                values.CopyTo(ParameterValues(buffer));
            for (var output = 0; output < call.OutputCount; output++)
            {
                var at = IndexOfNotFinite(call.Output(output));
                if (at >= 0)
                    throw new NotFiniteNumberException($"Layer '{node.Layer.Name}' ({node.Layer.GetType().Name}) made {call.Output(output).Data[at]} at element {at} of its output {call.Output(output).Shape} from finite inputs. Lower the learning rate or clip the gradients.");
            }
        }
    }

    private static nint IndexOfNotFinite(Tensor<T> tensor)
    {
        const int Piece = 1 << 20;
        for (nint start = 0; start < tensor.Shape.Length; start += Piece)
        {
            var piece = new ReadOnlySpan<T>(tensor.Data + start, (int)Math.Min(Piece, tensor.Shape.Length - start));
            // The sum of magnitudes is finite if every one is, or has overflowed; only then is each looked at.
            if (T.IsFinite(System.Numerics.Tensors.TensorPrimitives.SumOfMagnitudes(piece)))
                continue;
            for (var i = 0; i < piece.Length; i++)
            {
                if (!T.IsFinite(piece[i]))
                    return start + i;
            }
        }
        return -1;
    }

    private static int Find(IReadOnlyList<(string Name, int Value)> list, string name, string what)
    {
        foreach (var (known, value) in list)
        {
            if (known == name)
                return value;
        }
        throw new ArgumentException($"The network has no {what} '{name}'; it has {string.Join(", ", list.Select(entry => entry.Name))}.", nameof(name));
    }

    private delegate void MoveSpan(Span<T> target, ReadOnlySpan<T> source);
}
