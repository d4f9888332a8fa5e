using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// y = x + table, a learned table with a number for each place, repeated over the batch and along the axes where it has size 1: what a
/// vision transformer knows of positions.
/// </summary>
/// <param name="sizes">Of the table, without the batch: as many as the input has, each its size or 1.</param>
public sealed unsafe class Offset(params IReadOnlyList<int> sizes) : Layer
{
    public IReadOnlyList<int> Sizes { get; } = sizes;

    /// <summary>Whether the table is trained; otherwise it is a constant, saved with the network.</summary>
    public bool Learned { get; init; } = true;

    public override bool KeepsInput(int index) => false;

    public override bool OverwritesInput(int index) => true;

    public override bool PassesGradient(int index) => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        var input = inputs[0];
        if (Sizes.Count != input.Rank - 1 || Sizes.Where((size, axis) => size != 1 && size != input[axis + 1]).Any())
            throw Misfit(inputs, $"its table is [{string.Join(", ", Sizes)}], which must be the sizes behind the batch, or 1.");
        return [input];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        if (x.Data != y.Data)
            call.ForRanges(y.Shape.Length, 1 << 15, (start, end) => new ReadOnlySpan<T>(x.Data + start, (int)(end - start)).CopyTo(new Span<T>(y.Data + start, (int)(end - start))));
        Rows(y.Shape).Repeat(call, call.Parameter(0).Data, T.One, y.Data, accumulate: true);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        // The gradient of the input is that of the output; the plan sees to it.
        if (call.ParameterGradient(0) is { IsNone: false } table)
            Rows(call.OutputGradient().Shape).Sum(call, call.OutputGradient().Data, null, table.Data, call.AccumulatesParameter(0));
    }

    public override void Export(OnnxExport export)
    {
        // Of pictures, channels come second.
        var table = export.OutputShape().Rank == 4 ? export.Parameter(Parameters[0], 0, 3, 1, 2) : export.Parameter(Parameters[0]);
        export.Output(export.Node("Add", [export.Input(), table]));
    }

    protected override void Bind(LayerBinding binding)
    {
        Shape shape = [1, .. Sizes];
        if (Learned)
            binding.Parameter("table", shape, Initializers.Normal(0.02), decays: false);
        else
            binding.Buffer("table", shape, 0);
    }

    private BroadcastRows Rows(Shape input) => new(input, [1, .. Sizes]);
}
