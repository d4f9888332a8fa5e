using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks;

/// <summary>Sum of two or more tensors of one shape: the end of a residual block.</summary>
public sealed class Add : Layer
{
    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length < 2)
            throw Misfit(inputs, "it adds two or more tensors.");
        foreach (var input in inputs)
        {
            if (input != inputs[0])
                throw Misfit(inputs, "all inputs must have one shape.");
        }
        return [inputs[0]];
    }

    public override bool KeepsInput(int index) => false;

    public override bool OverwritesInput(int index) => index == 0;

    public override bool PassesGradient(int index) => true;

    public override void Forward<T>(LayerCall<T> call)
    {
        var output = call.Output();
        call.ForRanges(output.Shape.Length, 1 << 15, (start, end) => Sum(call, start, (int)(end - start)));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        // The gradients of the inputs are that of the output; the plan sees to it.
    }

    public override void Export(OnnxExport export)
    {
        var sum = export.Input(0);
        for (var i = 1; i < export.InputCount; i++)
            sum = export.Node("Add", [sum, export.Input(i)]);
        export.Output(sum);
    }

    private static unsafe void Sum<T>(LayerCall<T> call, nint start, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var target = new Span<T>(call.Output().Data + start, length);
        TensorPrimitives.Add(new ReadOnlySpan<T>(call.Input(0).Data + start, length), new ReadOnlySpan<T>(call.Input(1).Data + start, length), target);
        for (var i = 2; i < call.InputCount; i++)
            TensorPrimitives.Add(target, new ReadOnlySpan<T>(call.Input(i).Data + start, length), target);
    }
}
