using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// y = x · W + b over the last axis: [.., in] to [.., out], W being [in, out].
/// </summary>
public sealed unsafe class Linear(int features) : Layer
{
    public int Features { get; } = features > 0 ? features : throw new ArgumentOutOfRangeException(nameof(features), $"{features} features; give at least 1.");

    /// <summary>Whether a constant is added to each feature.</summary>
    public bool Bias { get; init; } = true;

    // Only the gradient of the weights looks at it.
    public override bool KeepsInput(int index) => Parameters[0].Trainable;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank < 2)
            throw Misfit(inputs, "it takes one tensor of rows, [batch, .., features].");
        if (Parameters.Count > 0 && inputs[0].Channels != Parameters[0].Shape[0])
            throw Misfit(inputs, $"its weights {Parameters[0].Shape} are for {Parameters[0].Shape[0]} features.");
        return [inputs[0].With(-1, Features)];
    }

    public override LayerMemory Memory(in LayerShapes shapes)
        => new(BackwardScratch: MatrixKernels.ScratchLength(shapes.Inputs[0].Channels, Features, shapes.Inputs[0].Rows));

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, w, y) = (call.Input(), call.Parameter(0), call.Output());
        MatrixKernels.Multiply(call, x.Shape.Rows, Features, x.Shape.Channels, Strided<T>.RowMajor(x.Data, x.Shape.Channels), Strided<T>.RowMajor(w.Data, Features), y.Data, Features, accumulate: false);
        if (!Bias)
            return;
        for (nint row = 0; row < y.Shape.Rows; row++)
        {
            var target = new Span<T>(y.Data + row * Features, Features);
            TensorPrimitives.Add(target, call.Parameter(1).Span, target);
        }
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, w, dy) = (call.Input(), call.Parameter(0), call.OutputGradient());
        var (rows, columns) = (x.Shape.Rows, x.Shape.Channels);
        var gradient = Strided<T>.RowMajor(dy.Data, Features);
        if (call.ParameterGradient(0) is { IsNone: false } dw)
            MatrixKernels.Multiply(call, columns, Features, rows, Strided<T>.RowMajor(x.Data, columns).Transposed, gradient, dw.Data, Features, call.AccumulatesParameter(0), call.Scratch);
        if (Bias && call.ParameterGradient(1) is { IsNone: false } db)
            MatrixKernels.SumRows(call, dy.Data, rows, Features, db.Data, call.AccumulatesParameter(1));
        if (call.InputGradient() is { IsNone: false } dx)
            MatrixKernels.Multiply(call, rows, columns, Features, gradient, Strided<T>.RowMajor(w.Data, Features).Transposed, dx.Data, columns, call.Accumulates());
    }

    public override void Export(OnnxExport export)
    {
        var y = export.Node("MatMul", [export.InputChannelsLast(), export.Parameter(Parameters[0])]);
        export.OutputChannelsLast(Bias ? export.Node("Add", [y, export.Parameter(Parameters[1])]) : y);
    }

    protected override void Bind(LayerBinding binding)
    {
        var fanIn = binding.Inputs[0].Channels;
        binding.Parameter("weight", [fanIn, Features], Initializers.FanIn(fanIn));
        if (Bias)
            binding.Parameter("bias", [Features], Initializers.FanIn(fanIn), decays: false);
    }
}
