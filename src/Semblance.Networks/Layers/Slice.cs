using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>A part of a tensor along an axis; the other axes stay whole.</summary>
/// <param name="axis">In the engine's order of axes; from the end if negative.</param>
/// <param name="start">First index taken; from the end if negative.</param>
/// <param name="length">How many are taken.</param>
/// <param name="step">From one to the next; negative goes backwards.</param>
public sealed unsafe class Slice(int axis, int start, int length, int step = 1) : Layer
{
    public int Axis { get; } = axis;

    public int Start { get; } = start;

    public int Length { get; } = length > 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), $"A slice of {length}; take at least 1.");

    public int Step { get; } = step != 0 ? step : throw new ArgumentOutOfRangeException(nameof(step), "A step of 0; go forwards or backwards.");

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || Axis < -inputs[0].Rank || Axis >= inputs[0].Rank)
            throw Misfit(inputs, $"it takes one tensor with an axis {Axis}.");
        var size = inputs[0][Axis];
        var first = First(size);
        var last = first + (long)Step * (Length - 1);
        if (first < 0 || first >= size || last < 0 || last >= size)
            throw Misfit(inputs, $"it wants {Length} from {Start} on in steps of {Step}, and axis {Axis} has {size}.");
        return [inputs[0].With(Axis, Length)];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        BoxMove<T>.Run(call, new BoxMove<T>(y.Shape, x.Data + Offset(x.Shape), Strides<T>(x.Shape), y.Data, BoxMove<T>.Strides(y.Shape)));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        if (dx.IsNone)
            return;
        if (!call.Accumulates())
            BoxMove<T>.Clear(call, dx);
        BoxMove<T>.Run(call, new BoxMove<T>(dy.Shape, dy.Data, BoxMove<T>.Strides(dy.Shape), dx.Data + Offset(dx.Shape), Strides<T>(dx.Shape), call.Accumulates()));
    }

    public override void Export(OnnxExport export)
    {
        var shape = export.InputShape();
        var first = First(shape[Axis]);
        // Behind the last index; before the first one there is no number that does not count from the end.
        var end = first + (long)Step * Length;
        export.Output(export.Node("Slice",
        [
            export.Input(),
            export.Longs(first),
            export.Longs(end < 0 ? long.MinValue : end),
            export.Longs(OnnxExport.FileAxis(shape.Axis(Axis), shape.Rank)),
            export.Longs(Step),
        ]));
    }

    private int First(int size) => Start < 0 ? Start + size : Start;

    private nint Offset(Shape shape) => First(shape[Axis]) * shape.Product(shape.Axis(Axis) + 1, shape.Rank);

    private nint[] Strides<T>(Shape shape)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var strides = BoxMove<T>.Strides(shape);
        strides[shape.Axis(Axis)] *= Step;
        return strides;
    }
}
