namespace Semblance.Networks.Execution;

internal enum StepKind
{
    Forward,

    /// <summary>A forward pass repeated in the backward pass because its outputs were not kept.</summary>
    Repeat,

    /// <summary>Sets a gradient to zero: nobody writes it and the layer reads it.</summary>
    Clear,

    /// <summary>Copies a gradient that two tensors shared, before one of them is changed.</summary>
    Copy,

    /// <summary>Adds a gradient that passes through to what is there.</summary>
    Add,

    Backward,
}

/// <summary>One entry of the schedule with the buffers of its tensors; null where a tensor is not needed.</summary>
internal sealed class PlannedStep(StepKind kind, int node)
{
    public StepKind Kind { get; } = kind;

    /// <summary>Index of the node; −1 for steps that only move memory.</summary>
    public int Node { get; } = node;

    public PlannedBuffer?[] Inputs { get; init; } = [];

    public PlannedBuffer?[] Outputs { get; init; } = [];

    public PlannedBuffer?[] InputGradients { get; init; } = [];

    public PlannedBuffer?[] OutputGradients { get; init; } = [];

    public bool[] Accumulates { get; init; } = [];

    public bool[] AccumulatesParameters { get; init; } = [];

    public PlannedBuffer? Saved { get; init; }

    public PlannedBuffer? Scratch { get; init; }
}
