using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks;

/// <summary>
/// scale · (x − mean) / √(variance + ε) + shift along the last axis, each row by itself (Ba, Kiros and Hinton, "Layer normalization",
/// 2016); the variance is that of the row, without a correction.
/// </summary>
public sealed unsafe class LayerNorm : Layer
{
    private const int GrainElements = 1 << 13;
    private const int MostParts = 16;

    public double Epsilon { get; init; } = 1e-5;

    public override bool IsCheap => true;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        if (Parameters.Count > 0 && Parameters[0].Shape[0] != inputs[0].Channels)
            throw Misfit(inputs, $"its parameters are for {Parameters[0].Shape[0]} features.");
        return [inputs[0]];
    }

    /// <summary>Saved are a mean and an inverse deviation for each row; each part of the backward pass holds two rows and two sums.</summary>
    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var shape = shapes.Inputs[0];
        return shapes.Training ? new LayerMemory(2 * shape.Rows, 0, (nint)Parts(shape) * 4 * shape.Channels) : default;
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var size = x.Shape.Channels;
        var saved = call.Training ? call.Saved : null;
        call.ForRanges(x.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var source = new ReadOnlySpan<T>(x.Data + row * size, size);
                var target = new Span<T>(y.Data + row * size, size);
                var mean = TensorPrimitives.Sum(source) / T.CreateTruncating(size);
                TensorPrimitives.Subtract(source, mean, target);
                var inverse = T.One / T.Sqrt((TensorPrimitives.SumOfSquares<T>(target) / T.CreateTruncating(size)) + T.CreateTruncating(Epsilon));
                TensorPrimitives.Multiply(target, inverse, target);
                TensorPrimitives.MultiplyAdd(target, call.Parameter(0).Span, call.Parameter(1).Span, target);
                if (saved != null)
                    (saved[2 * row], saved[(2 * row) + 1]) = (mean, inverse);
            }
        });
    }

    /// <summary>With g = scale · dy and x̂ the normalised row: dx = (g − mean(g) − x̂ · mean(g · x̂)) / deviation.</summary>
    public override void Backward<T>(LayerCall<T> call)
    {
        var shape = call.OutputGradient().Shape;
        var (size, parts) = (shape.Channels, Parts(shape));
        var sums = call.Scratch;
        call.Team.Run(parts, part =>
        {
            var own = sums + (nint)part * 4 * size;
            new Span<T>(own, 2 * size).Clear();
            for (var row = shape.Rows * part / parts; row < shape.Rows * (part + 1) / parts; row++)
                Backward(call, row, size, own);
        });
        for (var i = 0; i < 2; i++)
        {
            if (call.ParameterGradient(i) is { IsNone: false } gradient)
                SumParts(sums + i * size, parts, 4 * size, gradient.Span, call.AccumulatesParameter(i));
        }
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        var axis = OnnxExport.FileAxis(rank - 1, rank);
        // One axis for each from that of the channels on, so that the parameters meet the channels.
        var sizes = Enumerable.Repeat(1, rank - axis).ToArray();
        sizes[0] = Parameters[0].Shape[0];
        string Mean(string tensor) => export.Node("ReduceMean", [tensor], ("axes", new[] { axis }), ("keepdims", 1));
        var centered = export.Node("Sub", [export.Input(), Mean(export.Input())]);
        var variance = export.Node("Add", [Mean(export.Node("Mul", [centered, centered])), export.Floats([(float)Epsilon], 1)]);
        var normal = export.Node("Div", [centered, export.Node("Sqrt", [variance])]);
        var scaled = export.Node("Mul", [normal, export.Floats(Parameters[0].Values, sizes)]);
        export.Output(export.Node("Add", [scaled, export.Floats(Parameters[1].Values, sizes)]));
    }

    protected override void Bind(LayerBinding binding)
    {
        var size = binding.Inputs[0].Channels;
        binding.Parameter("scale", [size], Initializers.Constant(1), decays: false);
        binding.Parameter("shift", [size], Initializers.Constant(0), decays: false);
    }

    private static int Parts(Shape shape) => (int)Math.Clamp(shape.Length / GrainElements, 1, MostParts);

    // Own: the sums of dy · x̂ and of dy, then room for g and x̂.
    private static void Backward<T>(LayerCall<T> call, nint row, int size, T* own)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (mean, inverse) = (call.Saved[2 * row], call.Saved[(2 * row) + 1]);
        var dy = new ReadOnlySpan<T>(call.OutputGradient().Data + row * size, size);
        var scaleSum = new Span<T>(own, size);
        var shiftSum = new Span<T>(own + size, size);
        var g = new Span<T>(own + 2 * size, size);
        var normal = new Span<T>(own + 3 * size, size);
        TensorPrimitives.Subtract(new ReadOnlySpan<T>(call.Input().Data + row * size, size), mean, normal);
        TensorPrimitives.Multiply(normal, inverse, normal);
        TensorPrimitives.MultiplyAdd(dy, normal, scaleSum, scaleSum);
        TensorPrimitives.Add(shiftSum, dy, shiftSum);
        if (call.InputGradient().IsNone)
            return;
        TensorPrimitives.Multiply(dy, call.Parameter(0).Span, g);
        var count = T.CreateTruncating(size);
        var (meanOfG, along) = (TensorPrimitives.Sum<T>(g) / count, TensorPrimitives.Dot<T>(g, normal) / count);
        TensorPrimitives.Subtract(g, meanOfG, g);
        TensorPrimitives.MultiplyAdd(normal, -along, g, g);
        var dx = new Span<T>(call.InputGradient().Data + row * size, size);
        if (call.Accumulates())
            TensorPrimitives.MultiplyAdd(g, inverse, dx, dx);
        else
            TensorPrimitives.Multiply(g, inverse, dx);
    }

    private static void SumParts<T>(T* sums, int parts, int stride, Span<T> target, bool accumulates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!accumulates)
            target.Clear();
        for (var part = 0; part < parts; part++)
            TensorPrimitives.Add(target, new ReadOnlySpan<T>(sums + (nint)part * stride, target.Length), target);
    }
}
