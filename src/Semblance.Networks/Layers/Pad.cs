using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>A tensor with a margin of zeros around it.</summary>
/// <param name="before">How many in front of each axis, in the engine's order; 0 for the batch.</param>
/// <param name="after">How many behind each axis.</param>
public sealed unsafe class Pad(IReadOnlyList<int> before, IReadOnlyList<int> after) : Layer
{
    /// <summary>Rows and columns around pictures.</summary>
    public Pad(int top, int left, int bottom, int right)
        : this([0, top, left, 0], [0, bottom, right, 0])
    {
    }

    public IReadOnlyList<int> Before { get; } = before.All(count => count >= 0)
        ? [.. before]
        : throw new ArgumentException($"A margin of [{string.Join(", ", before)}] in front; to take a part, use {nameof(Slice)}.", nameof(before));

    public IReadOnlyList<int> After { get; } = after.Count == before.Count && after.All(count => count >= 0)
        ? [.. after]
        : throw new ArgumentException($"A margin of [{string.Join(", ", after)}] behind one of [{string.Join(", ", before)}]; give as many sizes, none negative.", nameof(after));

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != Before.Count)
            throw Misfit(inputs, $"it takes one tensor with {Before.Count} axes.");
        var output = inputs[0];
        for (var axis = 0; axis < output.Rank; axis++)
            output = output.With(axis, checked(output[axis] + Before[axis] + After[axis]));
        return [output];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        BoxMove<T>.Clear(call, y);
        BoxMove<T>.Run(call, new BoxMove<T>(x.Shape, x.Data, BoxMove<T>.Strides(x.Shape), y.Data + Offset(y.Shape), BoxMove<T>.Strides(y.Shape)));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        if (!dx.IsNone)
            BoxMove<T>.Run(call, new BoxMove<T>(dx.Shape, dy.Data + Offset(dy.Shape), BoxMove<T>.Strides(dy.Shape), dx.Data, BoxMove<T>.Strides(dx.Shape), call.Accumulates()));
    }

    public override void Export(OnnxExport export)
    {
        var rank = Before.Count;
        var margins = new long[2 * rank];
        for (var axis = 0; axis < rank; axis++)
        {
            margins[OnnxExport.FileAxis(axis, rank)] = Before[axis];
            margins[rank + OnnxExport.FileAxis(axis, rank)] = After[axis];
        }
        export.Output(export.Node("Pad", [export.Input(), export.Longs(margins)], ("mode", "constant")));
    }

    private nint Offset(Shape output)
    {
        nint offset = 0;
        for (var axis = 0; axis < output.Rank; axis++)
            offset += Before[axis] * output.Product(axis + 1, output.Rank);
        return offset;
    }
}
