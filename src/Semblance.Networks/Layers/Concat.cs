using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>Tensors one behind the other along an axis; all other axes must agree.</summary>
/// <param name="axis">In the engine's order of axes; −1, the last, joins channels.</param>
public sealed unsafe class Concat(int axis = -1) : Layer
{
    public int Axis { get; } = axis;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0)
            throw Misfit(inputs, "it joins one tensor or more.");
        var first = inputs[0];
        if (Axis < -first.Rank || Axis >= first.Rank)
            throw Misfit(inputs, $"there is no axis {Axis} to join along.");
        var joined = 0;
        foreach (var input in inputs)
        {
            if (input.Rank != first.Rank || input.With(Axis, first[Axis]) != first)
                throw Misfit(inputs, $"all axes but {Axis} must agree.");
            joined = checked(joined + input[Axis]);
        }
        return [first.With(Axis, joined)];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var output = call.Output();
        var strides = BoxMove<T>.Strides(output.Shape);
        var moves = new BoxMove<T>[call.InputCount];
        var target = output.Data;
        for (var i = 0; i < moves.Length; i++)
        {
            var input = call.Input(i);
            moves[i] = new BoxMove<T>(input.Shape, input.Data, BoxMove<T>.Strides(input.Shape), target, strides);
            target += input.Shape[Axis] * strides[output.Shape.Axis(Axis)];
        }
        BoxMove<T>.Run(call, moves);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var output = call.OutputGradient();
        var strides = BoxMove<T>.Strides(output.Shape);
        var moves = new List<BoxMove<T>>(call.InputCount);
        var source = output.Data;
        for (var i = 0; i < call.InputCount; i++)
        {
            var input = call.InputGradient(i);
            if (!input.IsNone)
                moves.Add(new BoxMove<T>(input.Shape, source, strides, input.Data, BoxMove<T>.Strides(input.Shape), call.Accumulates(i)));
            source += input.Shape[Axis] * strides[output.Shape.Axis(Axis)];
        }
        BoxMove<T>.Run(call, [.. moves]);
    }

    public override void Export(OnnxExport export)
    {
        var inputs = Enumerable.Range(0, export.InputCount).Select(export.Input).ToArray();
        var rank = export.OutputShape().Rank;
        export.Output(export.Node("Concat", inputs, ("axis", OnnxExport.FileAxis(export.OutputShape().Axis(Axis), rank))));
    }
}
