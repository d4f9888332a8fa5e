using System.Numerics.Tensors;

namespace Semblance.Networks;

/// <summary>e^x by the sum of e^x along the last axis; the largest of a row is taken off first, so nothing overflows.</summary>
public sealed unsafe class Softmax : Layer
{
    private const int GrainElements = 1 << 13;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override bool KeepsOutput(int index) => true;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var size = x.Shape.Channels;
        call.ForRanges(x.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var source = new ReadOnlySpan<T>(x.Data + row * size, size);
                var target = new Span<T>(y.Data + row * size, size);
                TensorPrimitives.Subtract(source, TensorPrimitives.Max(source), target);
                TensorPrimitives.Exp(target, target);
                TensorPrimitives.Divide(target, TensorPrimitives.Sum<T>(target), target);
            }
        });
    }

    /// <summary>dx = y · (dy − Σ y · dy).</summary>
    public override void Backward<T>(LayerCall<T> call)
    {
        var (y, dy, dx, accumulates) = (call.Output(), call.OutputGradient(), call.InputGradient(), call.Accumulates());
        var size = y.Shape.Channels;
        call.ForRanges(y.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var result = new ReadOnlySpan<T>(y.Data + row * size, size);
                var gradient = new ReadOnlySpan<T>(dy.Data + row * size, size);
                var target = new Span<T>(dx.Data + row * size, size);
                var mean = TensorPrimitives.Dot(result, gradient);
                if (accumulates)
                {
                    TensorPrimitives.MultiplyAdd(result, gradient, target, target);
                    TensorPrimitives.MultiplyAdd(result, -mean, target, target);
                }
                else
                {
                    TensorPrimitives.Subtract(gradient, mean, target);
                    TensorPrimitives.Multiply(target, result, target);
                }
            }
        });
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        export.Output(export.Node("Softmax", [export.Input()], ("axis", OnnxExport.FileAxis(rank - 1, rank))));
    }
}
