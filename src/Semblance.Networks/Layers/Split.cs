using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>Cuts a tensor along an axis into consecutive parts, one output each; the opposite of <see cref="Concat"/>.</summary>
/// <param name="axis">In the engine's order of axes; from the end if negative.</param>
/// <param name="sizes">Of the parts; together the whole axis.</param>
public sealed unsafe class Split(int axis, params int[] sizes) : Layer
{
    public int Axis { get; } = axis;

    public IReadOnlyList<int> Sizes { get; } = sizes.Length > 0 && Array.TrueForAll(sizes, size => size > 0)
        ? [.. sizes]
        : throw new ArgumentException($"Parts of [{string.Join(", ", sizes)}]; give one size or more, each at least 1.", nameof(sizes));

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || Axis < -inputs[0].Rank || Axis >= inputs[0].Rank)
            throw Misfit(inputs, $"it takes one tensor with an axis {Axis}.");
        var total = Sizes.Sum(size => (long)size);
        if (total != inputs[0][Axis])
            throw Misfit(inputs, $"its parts [{string.Join(", ", Sizes)}] make {total}, and axis {Axis} has {inputs[0][Axis]}.");
        var input = inputs[0];
        return [.. Sizes.Select(size => input.With(Axis, size))];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var input = call.Input();
        var strides = BoxMove<T>.Strides(input.Shape);
        var moves = new BoxMove<T>[call.OutputCount];
        var source = input.Data;
        for (var i = 0; i < moves.Length; i++)
        {
            var output = call.Output(i);
            moves[i] = new BoxMove<T>(output.Shape, source, strides, output.Data, BoxMove<T>.Strides(output.Shape));
            source += output.Shape[Axis] * strides[input.Shape.Axis(Axis)];
        }
        BoxMove<T>.Run(call, moves);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var input = call.InputGradient();
        if (input.IsNone)
            return;
        var strides = BoxMove<T>.Strides(input.Shape);
        var moves = new BoxMove<T>[call.OutputCount];
        var target = input.Data;
        for (var i = 0; i < moves.Length; i++)
        {
            var output = call.OutputGradient(i);
            moves[i] = new BoxMove<T>(output.Shape, output.Data, BoxMove<T>.Strides(output.Shape), target, strides, call.Accumulates());
            target += output.Shape[Axis] * strides[input.Shape.Axis(Axis)];
        }
        BoxMove<T>.Run(call, moves);
    }

    public override void Export(OnnxExport export)
    {
        var shape = export.InputShape();
        var outputs = export.Nodes("Split", [export.Input(), export.Longs([.. Sizes.Select(size => (long)size)])], Sizes.Count, ("axis", OnnxExport.FileAxis(shape.Axis(Axis), shape.Rank)));
        for (var i = 0; i < outputs.Length; i++)
            export.Output(outputs[i], i);
    }
}
