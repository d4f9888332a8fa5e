using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// y = x · scale + shift along the last axis, with given numbers: the normalisation of an input inside a network. Learned only if
/// <see cref="Learned"/>.
/// </summary>
/// <param name="scale">One number, or one for each channel.</param>
/// <param name="shift">One number, or one for each channel.</param>
public sealed unsafe class Scale(IReadOnlyList<float> scale, IReadOnlyList<float> shift) : Layer
{
    // Channels are repeated up to this length, so that pictures of three channels are not handled three numbers at a time.
    private const int Period = 512;

    /// <summary>Whether scale and shift are trained from these values on; otherwise they are constants, saved with the network.</summary>
    public bool Learned { get; init; }

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => Learned;

    public override bool OverwritesInput(int index) => !Learned;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        if ((scale.Count != 1 && scale.Count != inputs[0].Channels) || (shift.Count != 1 && shift.Count != inputs[0].Channels))
            throw Misfit(inputs, $"it has {scale.Count} scales and {shift.Count} shifts, which should be 1 or as many as channels.");
        return [inputs[0]];
    }

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var period = PeriodOf(shapes.Inputs[0].Channels);
        return new LayerMemory(ForwardScratch: 2 * period, BackwardScratch: 2 * period);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var period = Repeat(call, x.Shape.Channels);
        var factors = call.Scratch;
        var terms = factors + period;
        ForPeriods(call, x.Shape.Length, period, (at, length) => TensorPrimitives.MultiplyAdd(new ReadOnlySpan<T>(x.Data + at, length), new ReadOnlySpan<T>(factors, length), new ReadOnlySpan<T>(terms, length), new Span<T>(y.Data + at, length)));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dy, channels) = (call.OutputGradient(), call.OutputGradient().Shape.Channels);
        // Before the gradient of the input, which may be written over that of the output.
        if (call.ParameterGradient(0) is { IsNone: false } dScale)
            SumChannels(call, dy, call.Input().Data, dScale, call.AccumulatesParameter(0));
        if (call.ParameterGradient(1) is { IsNone: false } dShift)
            SumChannels(call, dy, null, dShift, call.AccumulatesParameter(1));
        if (call.InputGradient() is not { IsNone: false } dx)
            return;
        var period = Repeat(call, channels);
        var factors = call.Scratch;
        var accumulates = call.Accumulates();
        ForPeriods(call, dy.Shape.Length, period, (at, length) =>
        {
            var from = new ReadOnlySpan<T>(dy.Data + at, length);
            var by = new ReadOnlySpan<T>(factors, length);
            var to = new Span<T>(dx.Data + at, length);
            if (accumulates)
                TensorPrimitives.MultiplyAdd(from, by, to, to);
            else
                TensorPrimitives.Multiply(from, by, to);
        });
    }

    public override void Export(OnnxExport export)
    {
        var pictures = export.OutputShape().Rank == 4;
        string Constant(Parameter parameter) => pictures ? export.Floats(parameter.Values, (int)parameter.Shape.Length, 1, 1) : export.Parameter(parameter);
        export.Output(export.Node("Add", [export.Node("Mul", [export.Input(), Constant(Parameters[0])]), Constant(Parameters[1])]));
    }

    protected override void Bind(LayerBinding binding)
    {
        Make(binding, "scale", scale);
        Make(binding, "shift", shift);
    }

    private void Make(LayerBinding binding, string name, IReadOnlyList<float> values)
    {
        var parameter = Learned ? binding.Parameter(name, [values.Count], Initializers.Constant(0), decays: false) : binding.Buffer(name, [values.Count], 0);
        values.ToArray().CopyTo(parameter.Values);
    }

    private static int PeriodOf(int channels) => channels * Math.Max(1, Period / channels);

    /// <summary>Writes scale and shift, repeated, into the scratch memory.</summary>
    private static int Repeat<T>(LayerCall<T> call, int channels)
        where T : unmanaged
    {
        var period = PeriodOf(channels);
        for (var i = 0; i < period; i++)
        {
            call.Scratch[i] = At(call.Parameter(0), i);
            call.Scratch[period + i] = At(call.Parameter(1), i);
        }
        return period;
    }

    private static T At<T>(Tensor<T> parameter, int index)
        where T : unmanaged
        => parameter.Data[index % parameter.Shape.Length];

    private static void ForPeriods<T>(LayerCall<T> call, nint count, int period, Action<nint, int> piece)
        where T : unmanaged
        => call.ForRanges((count + period - 1) / period, 1 + (1 << 14) / period, (start, end) =>
        {
            for (var at = start * period; at < Math.Min(count, end * period); at += period)
                piece(at, (int)Math.Min(period, count - at));
        });

    private static void SumChannels<T>(LayerCall<T> call, Tensor<T> dy, T* x, Tensor<T> sums, bool accumulates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new BroadcastRows([(int)dy.Shape.Rows, dy.Shape.Channels], [1, sums.Shape.Channels]).Sum(call, dy.Data, x, sums.Data, accumulates);
}
