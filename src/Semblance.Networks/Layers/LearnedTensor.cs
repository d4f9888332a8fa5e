using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// A learned tensor that is the same for each of a batch, as a vision transformer's class token: [n, ..] to [n, sizes..]. Of the input only
/// the batch counts.
/// </summary>
/// <param name="sizes">Of the tensor, without the batch.</param>
public sealed unsafe class LearnedTensor(params IReadOnlyList<int> sizes) : Layer
{
    public IReadOnlyList<int> Sizes { get; } = sizes.Count is > 0 and < Shape.MaxRank && sizes.All(size => size > 0)
        ? sizes
        : throw new ArgumentException($"[{string.Join(", ", sizes)}] is no shape without a batch: give 1 to {Shape.MaxRank - 1} positive sizes.", nameof(sizes));

    /// <summary>Whether it is trained; otherwise it is a constant, saved with the network.</summary>
    public bool Learned { get; init; } = true;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 ? [[inputs[0][0], .. Sizes]] : throw Misfit(inputs, "it takes one tensor, whose batch it repeats its own for.");

    public override void Forward<T>(LayerCall<T> call)
        => Rows(call.Output().Shape).Repeat(call, call.Parameter(0).Data, T.One, call.Output().Data, accumulate: false);

    public override void Backward<T>(LayerCall<T> call)
    {
        if (call.ParameterGradient(0) is { IsNone: false } tensor)
            Rows(call.OutputGradient().Shape).Sum(call, call.OutputGradient().Data, null, tensor.Data, call.AccumulatesParameter(0));
        if (call.InputGradient() is { IsNone: false } none && !call.Accumulates())
            BoxMove<T>.Clear(call, none);
    }

    public override void Export(OnnxExport export)
    {
        var batch = export.Node("Slice", [export.Node("Shape", [export.Input()]), export.Longs(0), export.Longs(1)]);
        var shape = export.Node("Concat", [batch, export.Longs([.. Sizes.Select(size => (long)size)])], ("axis", 0));
        export.OutputChannelsLast(export.Node("Expand", [export.Parameter(Parameters[0]), shape]));
    }

    protected override void Bind(LayerBinding binding)
    {
        Shape shape = [1, .. Sizes];
        if (Learned)
            binding.Parameter("value", shape, Initializers.Normal(0.02), decays: false);
        else
            binding.Buffer("value", shape, 0);
    }

    private BroadcastRows Rows(Shape repeated) => new(repeated, [1, .. Sizes]);
}
