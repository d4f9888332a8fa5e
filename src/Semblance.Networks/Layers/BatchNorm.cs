using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// z = f(scale · (x − mean) / √(variance + ε) + shift + r), over all axes but the last (Ioffe and Szegedy, "Batch normalization", 2015),
/// with an activation f, and r an optional second input of the same shape: the shortcut of a residual block. Parameters in order:
/// scale, shift, and the running mean and variance.
/// </summary>
/// <remarks>
/// In training, mean and variance are the batch's, and the running ones move towards them, the variance as the unbiased estimate as in
/// PyTorch. In inference, or if <see cref="Frozen"/>, the running ones are used. The backward pass reads x and computes z's derivative
/// from it anew, so z need not be kept; behind a shortcut it reads z, which the next layer keeps as a rule.
/// </remarks>
public sealed unsafe class BatchNorm : Layer
{
    private bool _hasResidual;

    public Activation Activation { get; init; }

    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Share of the batch in the running statistics after a step.</summary>
    public double Momentum { get; init; } = 0.1;

    /// <summary>
    /// Whether the running statistics are used in training too and stay as they are, as in fine-tuning with small batches. To be set
    /// before a run is prepared.
    /// </summary>
    public bool Frozen { get; set; }

    public override bool IsCheap => true;

    public override bool OverwritesGradient => true;

    private Parameter Scale => Parameters[0];

    private Parameter Shift => Parameters[1];

    private bool ReadsInput => !Frozen || Scale.Trainable || Shift.Trainable;

    private bool ReadsOutput => Activation != Activation.None && ActivationFunctions.DerivativeFromOutput(Activation) && (_hasResidual || !ReadsInput);

    private bool ReadsArgument => Activation != Activation.None && !ReadsOutput;

    public override bool KeepsInput(int index) => index == 0 ? ReadsInput || ReadsArgument : ReadsArgument;

    public override bool KeepsOutput(int index) => ReadsOutput;

    public override bool OverwritesInput(int index) => true;

    public override bool PassesGradient(int index) => index == 1 && _hasResidual && Activation == Activation.None;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length is 0 or > 2 || inputs[0].Rank < 2 || inputs[0] != inputs[^1])
            throw Misfit(inputs, "it takes a tensor, and optionally a second of the same shape to be added.");
        if (Parameters.Count > 0 && Scale.Shape[0] != inputs[0].Channels)
            throw Misfit(inputs, $"its parameters are for {Scale.Shape[0]} channels.");
        if (Parameters.Count > 0 && _hasResidual != (inputs.Length == 2))
            throw Misfit(inputs, _hasResidual ? "it was added with a second input before and is shared." : "it was added without a second input before and is shared.");
        return [inputs[0]];
    }

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        if (shapes.Training && !Frozen && shapes.Inputs[0].Rows == 1)
            throw Misfit([shapes.Inputs[0]], "in training it needs more than one value for each channel; take a larger batch, or freeze it.");
        var rows = Rows(shapes.Inputs[0], shapes.Double ? SimdWidth<double>.Chosen.Count : SimdWidth<float>.Chosen.Count);
        var moments = ChannelMoments.Scratch(rows);
        return shapes.Training
            ? new LayerMemory(2 * rows.Channels, (2 * rows.Width) + moments, (5 * rows.Width) + moments)
            : new LayerMemory(0, 2 * rows.Width);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var rows = Rows(call.Input().Shape, call.Simd.Count);
        if (UsesBatch(call) && !call.Repeats)
            TakeStatistics(call, rows);
        var a = call.Scratch;
        var b = call.Scratch + rows.Width;
        SetCoefficients(call, rows, a, b);
        ActivationFunctions.Run(Activation, new ForwardAction<T>(call, rows, a, b));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        if (call.Input().IsNone && (UsesBatch(call) || !call.ParameterGradient(0).IsNone || !call.ParameterGradient(1).IsNone))
            throw new InvalidOperationException($"Layer '{Name}': {nameof(Frozen)} was changed after the run had been prepared; prepare a new one.");
        ActivationFunctions.Run(Activation, new BackwardAction<T>(this, call, Rows(call.OutputGradient().Shape, call.Simd.Count)));
    }

    public override void Export(OnnxExport export)
    {
        var y = export.InputShape().Rank is 2 or 4
            ? export.Node("BatchNormalization", [export.Input(), .. Parameters.Select(export.Parameter)], ("epsilon", Epsilon))
            : ScaledAndShifted(export);
        if (_hasResidual)
            y = export.Node("Add", [y, export.Input(1)]);
        export.Output(ActivationFunctions.Export(export, Activation, y));
    }

    protected override void Bind(LayerBinding binding)
    {
        var channels = binding.Inputs[0].Channels;
        _hasResidual = binding.Inputs.Count == 2;
        binding.Parameter("scale", [channels], Initializers.Constant(1), decays: false);
        binding.Parameter("shift", [channels], Initializers.Constant(0), decays: false);
        binding.Buffer("mean", [channels], 0);
        binding.Buffer("variance", [channels], 1);
    }

    private static ChannelRows Rows(Shape shape, int vector) => new(shape, vector);

    private bool UsesBatch<T>(LayerCall<T> call)
        where T : unmanaged
        => call.Training && !Frozen;

    // ONNX normalises the second axis, which holds the channels only in tensors of rank 2 and 4.
    private string ScaledAndShifted(OnnxExport export)
    {
        var mean = Parameters[2].Values;
        var variance = Parameters[3].Values;
        var scales = new float[mean.Length];
        var shifts = new float[mean.Length];
        for (var i = 0; i < scales.Length; i++)
        {
            var scale = Scale.Values[i] / Math.Sqrt(variance[i] + Epsilon);
            scales[i] = (float)scale;
            shifts[i] = (float)(Shift.Values[i] - (mean[i] * scale));
        }
        return export.Node("Add", [export.Node("Mul", [export.Input(), export.Floats(scales, scales.Length)]), export.Floats(shifts, shifts.Length)]);
    }

    // Saved: the mean of each channel, then one by its deviation.
    private void TakeStatistics<T>(LayerCall<T> call, ChannelRows rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = call.Saved;
        var inverse = mean + rows.Channels;
        var runningMean = call.Parameter(2).Data;
        var runningVariance = call.Parameter(3).Data;
        var count = (double)(rows.Length / rows.Channels);
        ChannelMoments.Compute(call, rows, call.Input().Data, call.Scratch + 2 * rows.Width, (channel, batchMean, squares) =>
        {
            mean[channel] = T.CreateTruncating(batchMean);
            inverse[channel] = T.CreateTruncating(1 / Math.Sqrt((squares / count) + Epsilon));
            // A batch that overflowed stops the run; who then goes on with the next one finds the statistics as they were.
            if (!double.IsFinite(batchMean) || !double.IsFinite(squares))
                return;
            Move(runningMean + channel, batchMean);
            Move(runningVariance + channel, squares / Math.Max(1, count - 1));
        });
    }

    private void Move<T>(T* running, double batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => *running = T.CreateTruncating(((1 - Momentum) * double.CreateTruncating(*running)) + (Momentum * batch));

    // a = scale / deviation, b = shift − mean · a.
    private void SetCoefficients<T>(LayerCall<T> call, ChannelRows rows, T* a, T* b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < rows.Channels; i++)
        {
            var mean = UsesBatch(call) ? call.Saved[i] : call.Parameter(2).Data[i];
            a[i] = call.Parameter(0).Data[i] * Inverse(call, rows, i);
            b[i] = T.CreateTruncating(double.CreateTruncating(call.Parameter(1).Data[i]) - (double.CreateTruncating(mean) * double.CreateTruncating(a[i])));
        }
        ChannelMoments.Repeat(rows, a);
        ChannelMoments.Repeat(rows, b);
    }

    private T Inverse<T>(LayerCall<T> call, ChannelRows rows, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => UsesBatch(call)
            ? call.Saved[rows.Channels + channel]
            : T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(call.Parameter(3).Data[channel]) + Epsilon));

    private readonly struct ForwardAction<T>(LayerCall<T> call, ChannelRows rows, T* a, T* b) : IActivationAction
        where T : unmanaged
    {
        public void Run<TActivation>(TActivation activation)
            where TActivation : struct, IActivation
            => BatchNormKernels.Forward(call, rows, activation, call.Input().Data, call.InputCount == 2 ? call.Input(1).Data : null, call.Output().Data, a, b);
    }

    private readonly struct BackwardAction<T>(BatchNorm layer, LayerCall<T> call, ChannelRows rows) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation activation)
            where TActivation : struct, IActivation
        {
            var a = Row(0);
            var b = Row(1);
            var mean = Row(2);
            var slope = Row(3);
            var offset = Row(4);
            layer.SetCoefficients(call, rows, a, b);
            var hasResidual = call.InputCount == 2;
            var tensors = new BatchNormTensors<T>
            {
                X = call.Input().Data,
                Residual = hasResidual ? call.Input(1).Data : null,
                Z = call.Output().Data,
                A = a,
                B = b,
                Dy = call.OutputGradient().Data,
                Dx = call.InputGradient().Data,
                ResidualGradient = hasResidual ? call.InputGradient(1).Data : null,
                Accumulates = call.Accumulates(),
                AccumulatesResidual = hasResidual && call.Accumulates(1),
            };
            var usesBatch = layer.UsesBatch(call);
            if ((usesBatch && tensors.Dx != null) || !call.ParameterGradient(0).IsNone || !call.ParameterGradient(1).IsNone)
            {
                SetMean(mean);
                BatchNormKernels.GradientSums(call, rows, activation, tensors, mean, Row(5));
                FinishSums(Row(5), mean, a, slope, offset);
            }
            if (tensors.Dx == null && tensors.ResidualGradient == null)
                return;
            BatchNormKernels.Gradient(call, rows, activation, tensors, usesBatch ? slope : null, offset);
        }

        private T* Row(int index) => call.Scratch + index * rows.Width;

        private void SetMean(T* mean)
        {
            var source = layer.UsesBatch(call) ? call.Saved : call.Parameter(2).Data;
            new ReadOnlySpan<T>(source, rows.Channels).CopyTo(new Span<T>(mean, rows.Channels));
            ChannelMoments.Repeat(rows, mean);
        }

        // dx = a · (g − Σg / n − x̂ · Σ(g · x̂) / n) with x̂ = (x − mean) · inverse deviation, as a · g + slope · x + offset.
        private void FinishSums(T* sums, T* mean, T* a, T* slope, T* offset)
        {
            var (scaleGradient, shiftGradient) = (call.ParameterGradient(0), call.ParameterGradient(1));
            var count = (double)(rows.Length / rows.Channels);
            for (var i = 0; i < rows.Channels; i++)
            {
                var (sum, product) = ChannelMoments.Total(rows, sums, i);
                var inverse = double.CreateTruncating(layer.Inverse(call, rows, i));
                var factor = double.CreateTruncating(a[i]);
                var along = -factor * inverse * inverse * product / count;
                slope[i] = T.CreateTruncating(along);
                offset[i] = T.CreateTruncating((-factor * sum / count) - (along * double.CreateTruncating(mean[i])));
                Give(scaleGradient, i, product * inverse, call.AccumulatesParameter(0));
                Give(shiftGradient, i, sum, call.AccumulatesParameter(1));
            }
            ChannelMoments.Repeat(rows, slope);
            ChannelMoments.Repeat(rows, offset);
        }

        private static void Give(Tensor<T> gradient, int channel, double value, bool accumulates)
        {
            if (gradient.IsNone)
                return;
            gradient.Data[channel] = T.CreateTruncating(accumulates ? double.CreateTruncating(gradient.Data[channel]) + value : value);
        }
    }
}
