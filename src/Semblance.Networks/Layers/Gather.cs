using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Parts of input 0 along an axis by the numbers in input 1, whole numbers from 0 on: the axis is replaced by all axes of the
/// numbers. No gradient goes to the numbers.
/// </summary>
/// <param name="axis">Of input 0, in the engine's order; from the end if negative.</param>
/// <remarks><see cref="Forward"/> throws <see cref="ArgumentException"/> for a number that is outside of the axis.</remarks>
public sealed unsafe class Gather(int axis = 0) : Layer
{
    private const int Int64 = 7;

    public int Axis { get; } = axis;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => index == 1;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 2 || Axis < -inputs[0].Rank || Axis >= inputs[0].Rank)
            throw Misfit(inputs, $"it takes a tensor with an axis {Axis} and a tensor of indexes.");
        var (data, indexes) = (inputs[0], inputs[1]);
        if (data.Rank + indexes.Rank - 1 > Shape.MaxRank)
            throw Misfit(inputs, $"the result would have {data.Rank + indexes.Rank - 1} axes, and {Shape.MaxRank} are the most.");
        var replaced = data.Axis(Axis);
        return [[.. data.Take(replaced), .. indexes, .. data.Skip(replaced + 1)]];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, indexes) = (call.Input(0), call.Input(1));
        var (tables, rows, columns) = Table(x.Shape);
        RowLookup<T>.ThrowIfOutside(this, indexes, rows);
        RowLookup<T>.Take(call, x.Data, tables, rows, columns, indexes, call.Output().Data);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        if (call.InputGradient(0) is { IsNone: false } dx)
        {
            var (tables, rows, columns) = Table(dx.Shape);
            if (!call.Accumulates(0))
                BoxMove<T>.Clear(call, dx);
            RowLookup<T>.Add(call, call.OutputGradient().Data, tables, rows, columns, call.Input(1), dx.Data);
        }
        if (call.InputGradient(1) is { IsNone: false } none && !call.Accumulates(1))
            BoxMove<T>.Clear(call, none);
    }

    public override void Export(OnnxExport export)
    {
        var indexes = export.Node("Cast", [export.InputChannelsLast(1)], ("to", Int64));
        export.OutputChannelsLast(export.Node("Gather", [export.InputChannelsLast(0), indexes], ("axis", export.InputShape().Axis(Axis))));
    }

    private (nint Tables, int Rows, nint Columns) Table(Shape data)
    {
        var at = data.Axis(Axis);
        return (data.Product(0, at), data[at], data.Product(at + 1, data.Rank));
    }
}
