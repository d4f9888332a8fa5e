using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Element-wise product of two tensors. One may be smaller and is repeated over the other: as many axes, of the same size or 1;
/// [n, c] over [n, .., c], a weight for each channel; [c] over [.., c].
/// </summary>
public sealed unsafe class Mul : Layer
{
    public override bool IsCheap => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 2)
            throw Misfit(inputs, "it multiplies two tensors.");
        if (Fits(inputs[1], inputs[0]))
            return [inputs[0]];
        if (Fits(inputs[0], inputs[1]))
            return [inputs[1]];
        throw Misfit(inputs, "one must have the other's sizes, or 1, on every axis, or be [batch, channels] or [channels] of the other.");
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var large = Large(call);
        Rows(call, large).Multiply(call, call.Input(large).Data, call.Input(1 - large).Data, call.Output().Data, accumulate: false);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var large = Large(call);
        var rows = Rows(call, large);
        var dy = call.OutputGradient().Data;
        // In the order of the inputs: both may be one tensor.
        for (var i = 0; i < 2; i++)
        {
            if (call.InputGradient(i) is not { IsNone: false } gradient)
                continue;
            if (i == large)
                rows.Multiply(call, dy, call.Input(1 - large).Data, gradient.Data, call.Accumulates(i));
            else
                rows.Sum(call, dy, call.Input(large).Data, gradient.Data, call.Accumulates(i));
        }
    }

    public override void Export(OnnxExport export)
    {
        var large = export.InputShape(0) == export.OutputShape() ? 0 : 1;
        var (rank, small) = (export.OutputShape().Rank, export.Input(1 - large));
        var given = export.InputShape(1 - large).Rank;
        if (given != rank)
        {
            // Channels come second in pictures and last elsewhere.
            var sizes = new long[rank];
            Array.Fill(sizes, 1);
            sizes[OnnxExport.FileAxis(rank - 1, rank)] = -1;
            if (given == 2)
                sizes[0] = 0;
            small = export.Node("Reshape", [small, export.Longs(sizes)]);
        }
        export.Output(export.Node("Mul", [export.Input(large), small]));
    }

    private static int Large<T>(LayerCall<T> call)
        where T : unmanaged
        => call.Input(0).Shape == call.Output().Shape ? 0 : 1;

    private static BroadcastRows Rows<T>(LayerCall<T> call, int large)
        where T : unmanaged
        => new(call.Output().Shape, Aligned(call.Input(1 - large).Shape, call.Output().Shape));

    private static bool Fits(Shape small, Shape large)
    {
        if (small.Rank != large.Rank && small.Rank > 2 || small.Rank > large.Rank)
            return false;
        var aligned = Aligned(small, large);
        return Enumerable.Range(0, large.Rank).All(axis => aligned[axis] == large[axis] || aligned[axis] == 1);
    }

    /// <summary>With as many axes as the larger one.</summary>
    private static Shape Aligned(Shape small, Shape large)
    {
        if (small.Rank == large.Rank)
            return small;
        var sizes = new int[large.Rank];
        Array.Fill(sizes, 1);
        sizes[^1] = small.Channels;
        if (small.Rank == 2)
            sizes[0] = small[0];
        return new Shape(sizes);
    }
}
