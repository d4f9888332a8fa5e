using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>
/// Scales each channel of a picture by a gate computed from all channels' means: x · gate(expand · f(reduce · mean(x))) (Hu, Shen and
/// Sun, "Squeeze-and-excitation networks", 2018). Parameters in order: weights [c, reduced] and biases of the reduction, weights
/// [reduced, c] and biases of the expansion.
/// </summary>
/// <param name="reduced">Features between the two.</param>
public sealed unsafe class SqueezeExcitation(int reduced) : Layer
{
    public int Reduced { get; } = reduced > 0 ? reduced : throw new ArgumentOutOfRangeException(nameof(reduced), $"{reduced} features; give at least 1.");

    /// <summary>f; Swish in EfficientNet.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Whether the gate is the hard sigmoid, as in MobileNetV3, instead of the sigmoid.</summary>
    public bool HardGate { get; init; }

    public override bool IsCheap => true;

    public override bool OverwritesInput(int index) => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != 4)
            throw Misfit(inputs, "it takes pictures, [batch, height, width, channels].");
        if (Parameters.Count > 0 && Parameters[0].Shape[0] != inputs[0].Channels)
            throw Misfit(inputs, $"its weights are for {Parameters[0].Shape[0]} channels.");
        return [inputs[0]];
    }

    /// <summary>Means and gates, [n, c], and the reduced features before and after f, [n, reduced]; in the backward pass a gradient of each.</summary>
    public override LayerMemory Memory(in LayerShapes shapes)
    {
        nint batch = shapes.Inputs[0][0];
        var elements = batch * 2 * (shapes.Inputs[0].Channels + Reduced);
        return shapes.Training ? new LayerMemory(elements, 0, elements) : new LayerMemory(0, elements);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var parts = new Parts<T>(call.Training ? call.Saved : call.Scratch, x.Shape, Reduced);
        if (!call.Repeats || !call.Training)
        {
            PlaceKernels.Sum(call, x.Shape, x.Data, null, parts.Means, 1.0 / x.Shape.Product(1, 3));
            var (n, c) = (x.Shape[0], x.Shape.Channels);
            Multiply(call, n, Reduced, c, parts.Means, call.Parameter(0).Data, parts.Arguments);
            ChannelKernels.AddActivate(call, Activation.None, parts.Arguments, call.Parameter(1).Data, parts.Arguments, n, Reduced);
            ChannelKernels.AddActivate(call, Activation, parts.Arguments, null, parts.Features, n, Reduced);
            Multiply(call, n, c, Reduced, parts.Features, call.Parameter(2).Data, parts.Gates);
            ChannelKernels.AddActivate(call, Activation.None, parts.Gates, call.Parameter(3).Data, parts.Gates, n, c);
            if (HardGate)
                ActivationKernels.Forward(call, default(HardSigmoidFunction), parts.Gates, parts.Gates, (nint)n * c);
            else
                ActivationKernels.Forward(call, default(SigmoidFunction), parts.Gates, parts.Gates, (nint)n * c);
        }
        PlaceKernels.Spread(call, x.Shape, x.Data, parts.Gates, null, 0, y.Data, accumulate: false);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, dy, dx) = (call.Input(), call.OutputGradient(), call.InputGradient());
        var (n, c) = (x.Shape[0], x.Shape.Channels);
        var values = new Parts<T>(call.Saved, x.Shape, Reduced);
        var gradients = new Parts<T>(call.Scratch, x.Shape, Reduced);
        PlaceKernels.Sum(call, x.Shape, x.Data, dy.Data, gradients.Gates, 1);
        if (HardGate)
            ActivationKernels.Backward(call, default(HardSigmoidFunction), values.Gates, gradients.Gates, gradients.Gates, (nint)n * c, accumulate: false);
        else
            ActivationKernels.Backward(call, default(SigmoidFunction), values.Gates, gradients.Gates, gradients.Gates, (nint)n * c, accumulate: false);
        Weights(call, 2, n, Reduced, c, values.Features, gradients.Gates);
        MatrixKernels.Multiply(call, n, Reduced, c, Strided<T>.RowMajor(gradients.Gates, c), Strided<T>.RowMajor(call.Parameter(2).Data, c).Transposed, gradients.Features, Reduced, accumulate: false);
        var known = ActivationFunctions.DerivativeFromOutput(Activation) ? values.Features : values.Arguments;
        ActivationFunctions.Backward(call, Activation, known, gradients.Features, gradients.Features, (nint)n * Reduced);
        Weights(call, 0, n, c, Reduced, values.Means, gradients.Features);
        if (dx.IsNone)
            return;
        MatrixKernels.Multiply(call, n, c, Reduced, Strided<T>.RowMajor(gradients.Features, Reduced), Strided<T>.RowMajor(call.Parameter(0).Data, Reduced).Transposed, gradients.Means, c, accumulate: false);
        PlaceKernels.Spread(call, x.Shape, dy.Data, values.Gates, gradients.Means, 1.0 / x.Shape.Product(1, 3), dx.Data, call.Accumulates());
    }

    public override void Export(OnnxExport export)
    {
        // As 1 × 1 convolutions, so that the gate stays a picture of one pixel.
        var features = Convolve(export, export.Node("GlobalAveragePool", [export.Input()]), 0);
        var gate = Convolve(export, ActivationFunctions.Export(export, Activation, features), 2);
        gate = HardGate
            ? export.Node("HardSigmoid", [gate], ("alpha", 1 / 6.0), ("beta", 0.5))
            : export.Node("Sigmoid", [gate]);
        export.Output(export.Node("Mul", [export.Input(), gate]));
    }

    protected override void Bind(LayerBinding binding)
    {
        var channels = binding.Inputs[0].Channels;
        binding.Parameter("reduce", [channels, Reduced], Initializers.FanIn(channels));
        binding.Parameter("reduce_bias", [Reduced], Initializers.FanIn(channels), decays: false);
        binding.Parameter("expand", [Reduced, channels], Initializers.FanIn(Reduced));
        binding.Parameter("expand_bias", [channels], Initializers.FanIn(Reduced), decays: false);
    }

    private string Convolve(OnnxExport export, string x, int parameter)
    {
        var weights = Parameters[parameter];
        var transposed = new float[weights.Values.Length];
        var (from, to) = (weights.Shape[0], weights.Shape[1]);
        for (var i = 0; i < transposed.Length; i++)
            transposed[(i % to * from) + (i / to)] = weights.Values[i];
        return export.Node("Conv", [x, export.Floats(transposed, to, from, 1, 1), export.Parameter(Parameters[parameter + 1])]);
    }

    private static void Multiply<T>(LayerCall<T> call, nint m, int n, int k, T* a, T* b, T* c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MatrixKernels.Multiply(call, m, n, k, Strided<T>.RowMajor(a, k), Strided<T>.RowMajor(b, n), c, n, accumulate: false);

    // Gradients of the weights [from, to] at an index and of the biases behind them.
    private static void Weights<T>(LayerCall<T> call, int parameter, nint batch, int from, int to, T* values, T* gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (call.ParameterGradient(parameter) is { IsNone: false } weights)
            MatrixKernels.Multiply(call, from, to, batch, Strided<T>.RowMajor(values, from).Transposed, Strided<T>.RowMajor(gradients, to), weights.Data, to, call.AccumulatesParameter(parameter));
        if (call.ParameterGradient(parameter + 1) is { IsNone: false } biases)
            MatrixKernels.SumRows(call, gradients, batch, to, biases.Data, call.AccumulatesParameter(parameter + 1));
    }

    private readonly struct Parts<T>(T* start, Shape shape, int reduced)
        where T : unmanaged
    {
        public T* Means => start;

        public T* Gates => start + (nint)shape[0] * shape.Channels;

        public T* Arguments => start + (nint)2 * shape[0] * shape.Channels;

        public T* Features => Arguments + (nint)shape[0] * reduced;
    }
}
