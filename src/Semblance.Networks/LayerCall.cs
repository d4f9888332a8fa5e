using Semblance.Numerics;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>One pass of one layer in one run: where its tensors lie and with what it computes.</summary>
public sealed unsafe class LayerCall<T>
    where T : unmanaged
{
    internal LayerCall()
    {
    }

    /// <summary>Whether a training step is run (dropout drops, batch norm takes the batch's statistics).</summary>
    public bool Training { get; internal init; }

    /// <summary>
    /// The forward pass is repeated within the same step: what was saved is still there and must be used, and running statistics
    /// must not move again.
    /// </summary>
    public bool Repeats { get; internal set; }

    /// <summary>Differs from node to node and from step to step; the same when a step is repeated.</summary>
    public long Seed { get; internal set; }

    public WorkerTeam Team { get; internal init; } = null!;

    /// <summary>Index of the node.</summary>
    internal int Node { get; init; }

    internal SimdWidth<T> Simd { get; init; } = null!;

    internal Tensor<T>[] Inputs { get; set; } = [];

    internal Tensor<T>[] Outputs { get; set; } = [];

    internal Tensor<T>[] InputGradients { get; set; } = [];

    internal Tensor<T>[] OutputGradients { get; set; } = [];

    internal Tensor<T>[] Parameters { get; set; } = [];

    internal Tensor<T>[] ParameterGradients { get; set; } = [];

    /// <summary>What <see cref="Layer.PackWeights"/> made; null where weights may change.</summary>
    internal T* Packed { get; init; }

    internal bool[] AccumulatedInputs { get; set; } = [];

    internal bool[] AccumulatedParameters { get; set; } = [];

    /// <summary>Set while gradients of several batches are summed up.</summary>
    internal bool AccumulatesAll { get; set; }

    /// <summary>What the forward pass leaves for the backward pass; <see cref="LayerMemory.Saved"/> elements.</summary>
    public T* Saved { get; internal set; }

    /// <summary>Not cleared.</summary>
    public T* Scratch { get; internal set; }

    public int InputCount => Inputs.Length;

    public int OutputCount => Outputs.Length;

    public Tensor<T> Input(int index = 0) => Inputs[index];

    public Tensor<T> Output(int index = 0) => Outputs[index];

    /// <summary>To be computed; none where nobody wants it or where it passes through.</summary>
    public Tensor<T> InputGradient(int index = 0) => InputGradients[index];

    public Tensor<T> OutputGradient(int index = 0) => OutputGradients[index];

    public Tensor<T> Parameter(int index) => Parameters[index];

    /// <summary>To be computed; none for a frozen parameter.</summary>
    public Tensor<T> ParameterGradient(int index) => ParameterGradients[index];

    /// <summary>Whether the input's gradient is to be added to what is there.</summary>
    public bool Accumulates(int input = 0) => AccumulatedInputs[input];

    /// <summary>Whether the parameter's gradient is to be added to what is there.</summary>
    public bool AccumulatesParameter(int index) => AccumulatesAll || AccumulatedParameters[index];

    /// <summary>
    /// Cuts 0 … <paramref name="count"/> into ranges of at least <paramref name="grain"/> and calls <paramref name="range"/>(start, end)
    /// with each, on the team's threads. For work whose result does not depend on where it is cut.
    /// </summary>
    public void ForRanges(nint count, nint grain, Action<nint, nint> range)
    {
        var parts = (int)Math.Clamp(count / Math.Max(grain, 1), 1, Team.Threads == 1 ? 1 : 4 * Team.Threads);
        if (parts == 1)
        {
            range(0, count);
            return;
        }
        Team.Run(parts, part => range(count * part / parts, count * (part + 1) / parts));
    }

    internal void Run<TAction>(TAction action)
        where TAction : struct, ISimdAction<T>
        => Simd.Run(action);
}
