using System.Runtime.InteropServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// Changes parameters by their gradients, once after each <see cref="NetworkRun{T}.Backward"/>. One pass over value, gradient and
/// state: O(parameters) time, one float for each value and state in memory. The result does not depend on the number of threads.
/// </summary>
/// <remarks>Equations, defaults and the meaning of settings are PyTorch's, so that recipes carry over.</remarks>
public abstract unsafe class Optimizer : IStateful
{
    private readonly Entry[] _entries;
    private readonly ParameterPieces _pieces;
    private readonly IReadOnlyList<string> _stateNames;

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups, double learningRate, double weightDecay, IReadOnlyList<string> stateNames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        LearningRate = learningRate;
        _stateNames = stateNames;
        var entries = new List<Entry>();
        foreach (var group in groups)
        {
            foreach (var parameter in group.Parameters)
            {
                if (parameter.IsBuffer)
                    throw new ArgumentException($"'{parameter.Name}' holds running statistics; leave it out of the optimiser's groups.", nameof(groups));
                if (entries.Exists(entry => entry.Parameter == parameter))
                    throw new ArgumentException($"'{parameter.Name}' is in two groups, or twice in one; a step would change it twice.", nameof(groups));
                entries.Add(new Entry(parameter, group, group.WeightDecay ?? weightDecay, stateNames.Count));
            }
        }
        _entries = [.. entries];
        Parameters = [.. _entries.Select(entry => entry.Parameter)];
        _pieces = new ParameterPieces(Parameters);
    }

    /// <summary>Of all groups, in their order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Set it from a schedule before each <see cref="Step"/>.</summary>
    public double LearningRate
    {
        get;
        set => field = double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate is a finite number, 0 or more.");
    }

    /// <summary>Moves every parameter that is not frozen.</summary>
    /// <param name="team">Threads to share the work; null: the caller's alone.</param>
    public void Step(WorkerTeam? team = null)
    {
        foreach (var entry in _entries)
        {
            if (entry.Parameter.Trainable)
                entry.Steps++;
        }
        _pieces.ForEach(team, Update);
    }

    /// <summary>The numbers remembered for a parameter, of its shape: <c>momentum</c> and the like.</summary>
    public ReadOnlySpan<float> State(Parameter parameter, string name)
    {
        var entry = _entries.FirstOrDefault(entry => entry.Parameter == parameter)
            ?? throw new ArgumentException($"'{parameter.Name}' is in none of the optimiser's groups.", nameof(parameter));
        var state = _stateNames.Index().Where(known => known.Item == name).Select(known => (int?)known.Index).FirstOrDefault()
            ?? throw new ArgumentException($"{GetType().Name} remembers {string.Join(", ", _stateNames)}; '{name}' is none of them.", nameof(name));
        return entry.StateValues(state);
    }

    public void VisitState(StateVisitor visitor)
    {
        // Otherwise the state of one kind of optimiser could pass for another's.
        var kind = 0L;
        visitor.Integer($"optimizer.{GetType().Name}", ref kind);
        foreach (var entry in _entries)
        {
            visitor.Integer($"optimizer.{entry.Parameter.Name}.steps", ref entry.Steps);
            for (var i = 0; i < _stateNames.Count; i++)
                visitor.Singles($"optimizer.{entry.Parameter.Name}.{_stateNames[i]}", entry.Parameter.Shape, entry.StateValues(i));
        }
    }

    private protected abstract void Update(in OptimizerPiece piece);

    private protected static void Run<TRule>(in OptimizerPiece piece, TRule rule)
        where TRule : struct, IUpdateRule
        => SimdWidth<float>.Chosen.Run(new UpdateKernel<TRule>(rule, piece.Values, piece.Gradients, piece.First, piece.Second, piece.Third, piece.Count));

    private void Update(int index)
    {
        var piece = _pieces[index];
        var entry = _entries[piece.Parameter];
        var parameter = entry.Parameter;
        if (!parameter.Trainable)
            return;
        Update(new OptimizerPiece
        {
            Values = parameter.Pointer + piece.Start,
            Gradients = parameter.GradientPointer + piece.Start,
            First = entry.StatePointer(0, piece.Start),
            Second = entry.StatePointer(1, piece.Start),
            Third = entry.StatePointer(2, piece.Start),
            Count = piece.Count,
            LearningRate = LearningRate * entry.Group.LearningRateFactor * parameter.LearningRateFactor,
            WeightDecay = parameter.Decays ? entry.WeightDecay : 0,
            Step = entry.Steps,
        });
    }

    private sealed class Entry
    {
        private readonly HugeMemory[] _states;

        public Entry(Parameter parameter, ParameterGroup group, double weightDecay, int states)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
            (Parameter, Group, WeightDecay) = (parameter, group, weightDecay);
            _states = [.. Enumerable.Range(0, states).Select(_ => new HugeMemory(parameter.Shape.Length * sizeof(float)))];
            foreach (var state in _states)
                NativeMemory.Clear(state.Start, (nuint)state.Bytes);
        }

        public long Steps;

        public Parameter Parameter { get; }

        public ParameterGroup Group { get; }

        public double WeightDecay { get; }

        public Span<float> StateValues(int state) => new(_states[state].Start, checked((int)Parameter.Shape.Length));

        public float* StatePointer(int state, nint start) => state < _states.Length ? (float*)_states[state].Start + start : null;
    }
}
