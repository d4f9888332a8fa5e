using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Sum of a tensor and a smaller one that is repeated over it: as many axes, each of the same size or 1. For tensors of one shape
/// there is <see cref="Add"/>.
/// </summary>
public sealed unsafe class BroadcastAdd : Layer
{
    public override bool KeepsInput(int index) => false;

    public override bool OverwritesInput(int index) => index == 0;

    public override bool PassesGradient(int index) => index == 0;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 2 || inputs[0].Rank != inputs[1].Rank)
            throw Misfit(inputs, "it adds two tensors with as many axes.");
        for (var axis = 0; axis < inputs[0].Rank; axis++)
        {
            if (inputs[1][axis] != 1 && inputs[1][axis] != inputs[0][axis])
                throw Misfit(inputs, "the second must have the first one's sizes, or 1, on every axis.");
        }
        return [inputs[0]];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        if (x.Data != y.Data)
            call.ForRanges(y.Shape.Length, 1 << 15, (start, end) => new ReadOnlySpan<T>(x.Data + start, (int)(end - start)).CopyTo(new Span<T>(y.Data + start, (int)(end - start))));
        new BroadcastRows(y.Shape, call.Input(1).Shape).Repeat(call, call.Input(1).Data, T.One, y.Data, accumulate: true);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        if (call.InputGradient(1) is { IsNone: false } small)
            new BroadcastRows(call.OutputGradient().Shape, small.Shape).Sum(call, call.OutputGradient().Data, null, small.Data, call.Accumulates(1));
    }

    public override void Export(OnnxExport export) => export.Output(export.Node("Add", [export.Input(0), export.Input(1)]));
}
