using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>Mean over some axes; they are gone from the output, or 1 with <see cref="KeepsAxes"/>.</summary>
/// <param name="axes">In the engine's order; from the end if negative; not the batch.</param>
public sealed unsafe class ReduceMean(params int[] axes) : Layer
{
    public IReadOnlyList<int> Axes { get; } = axes.Length > 0 ? [.. axes] : throw new ArgumentException("A mean over no axis; name one or more.", nameof(axes));

    public bool KeepsAxes { get; init; }

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        foreach (var axis in Axes)
        {
            if (axis < -inputs[0].Rank || axis >= inputs[0].Rank || inputs[0].Axis(axis) == 0)
                throw Misfit(inputs, $"there is no axis {axis} to take a mean over; the batch is none.");
        }
        var kept = Kept(inputs[0]);
        if (KeepsAxes)
            return [kept];
        var reduced = Reduced(inputs[0]);
        return [[.. kept.Where((_, axis) => !reduced[axis])]];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        new BroadcastRows(x.Shape, Kept(x.Shape)).Sum(call, x.Data, null, y.Data, accumulate: false);
        System.Numerics.Tensors.TensorPrimitives.Multiply(y.Span, Factor<T>(x.Shape, y.Shape), y.Span);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        if (!dx.IsNone)
            new BroadcastRows(dx.Shape, Kept(dx.Shape)).Repeat(call, dy.Data, Factor<T>(dx.Shape, dy.Shape), dx.Data, call.Accumulates());
    }

    public override void Export(OnnxExport export)
    {
        // Without its axes, a result is no picture any more, or has become one: the file's order of axes changes.
        var shape = export.InputShape();
        var reduced = Axes.Select(axis => shape.Axis(axis)).Order().ToArray();
        if (KeepsAxes)
            export.Output(export.Node("ReduceMean", [export.Input()], ("axes", reduced.Select(axis => OnnxExport.FileAxis(axis, shape.Rank)).ToArray()), ("keepdims", 1)));
        else
            export.OutputChannelsLast(export.Node("ReduceMean", [export.InputChannelsLast()], ("axes", reduced), ("keepdims", 0)));
    }

    private static T Factor<T>(Shape input, Shape output)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        => T.One / T.CreateChecked(input.Length / output.Length);

    private bool[] Reduced(Shape input)
    {
        var reduced = new bool[input.Rank];
        foreach (var axis in Axes)
            reduced[input.Axis(axis)] = true;
        return reduced;
    }

    private Shape Kept(Shape input)
    {
        foreach (var axis in Axes)
            input = input.With(axis, 1);
        return input;
    }
}
