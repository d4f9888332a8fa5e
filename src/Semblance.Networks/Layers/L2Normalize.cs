using System.Numerics.Tensors;

namespace Semblance.Networks;

/// <summary>
/// x / max(‖x‖, ε) along the last axis: embeddings on the unit sphere. A row shorter than ε has no direction: it is scaled by 1/ε and gets
/// no gradient, which would be as large as 1/ε.
/// </summary>
public sealed unsafe class L2Normalize : Layer
{
    private const int GrainElements = 1 << 13;

    public double Epsilon { get; init; } = 1e-12;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override bool KeepsOutput(int index) => true;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    /// <summary>The norm of each row.</summary>
    public override LayerMemory Memory(in LayerShapes shapes) => shapes.Training ? new LayerMemory(shapes.Inputs[0].Rows) : default;

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var size = x.Shape.Channels;
        var norms = call.Training ? call.Saved : null;
        call.ForRanges(x.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var source = new ReadOnlySpan<T>(x.Data + row * size, size);
                var norm = TensorPrimitives.Norm(source);
                if (norms != null)
                    norms[row] = norm;
                TensorPrimitives.Divide(source, T.Max(norm, T.CreateTruncating(Epsilon)), new Span<T>(y.Data + row * size, size));
            }
        });
    }

    /// <summary>dx = (dy − y · Σ y · dy) / ‖x‖.</summary>
    public override void Backward<T>(LayerCall<T> call)
    {
        var (y, dy, dx, accumulates) = (call.Output(), call.OutputGradient(), call.InputGradient(), call.Accumulates());
        var size = y.Shape.Channels;
        var norms = call.Saved;
        call.ForRanges(y.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var result = new ReadOnlySpan<T>(y.Data + row * size, size);
                var gradient = new ReadOnlySpan<T>(dy.Data + row * size, size);
                var target = new Span<T>(dx.Data + row * size, size);
                var inverse = norms[row] <= T.CreateTruncating(Epsilon) ? T.Zero : T.One / norms[row];
                var along = -TensorPrimitives.Dot(result, gradient) * inverse;
                if (accumulates)
                    TensorPrimitives.MultiplyAdd(gradient, inverse, target, target);
                else
                    TensorPrimitives.Multiply(gradient, inverse, target);
                TensorPrimitives.MultiplyAdd(result, along, target, target);
            }
        });
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        var norm = export.Node("ReduceL2", [export.Input()], ("axes", new[] { OnnxExport.FileAxis(rank - 1, rank) }), ("keepdims", 1));
        export.Output(export.Node("Div", [export.Input(), export.Node("Max", [norm, export.Floats([(float)Epsilon], 1)])]));
    }
}
