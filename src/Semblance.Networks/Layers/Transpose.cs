using System.Numerics;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>The same elements with the axes in another order: [n, t, h, d] to [n, h, t, d] by 0, 2, 1, 3.</summary>
/// <param name="order">Axis i of the output is axis order[i] of the input; every axis once.</param>
public sealed unsafe class Transpose(params int[] order) : Layer
{
    public IReadOnlyList<int> Order { get; } = order.Order().SequenceEqual(Enumerable.Range(0, order.Length))
        ? [.. order]
        : throw new ArgumentException($"[{string.Join(", ", order)}] is no order of {order.Length} axes; name each once, from 0 on.", nameof(order));

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != Order.Count)
            throw Misfit(inputs, $"it takes one tensor with {Order.Count} axes, which it puts into the order {string.Join(", ", Order)}.");
        var input = inputs[0];
        return [[.. Order.Select(axis => input[axis])]];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        BoxMove<T>.Run(call, new BoxMove<T>(y.Shape, x.Data, Permuted<T>(x.Shape), y.Data, BoxMove<T>.Strides(y.Shape)));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        if (!dx.IsNone)
            BoxMove<T>.Run(call, new BoxMove<T>(dy.Shape, dy.Data, BoxMove<T>.Strides(dy.Shape), dx.Data, Permuted<T>(dx.Shape), call.Accumulates()));
    }

    public override void Export(OnnxExport export)
    {
        var permutation = new int[Order.Count];
        for (var axis = 0; axis < permutation.Length; axis++)
            permutation[OnnxExport.FileAxis(axis, permutation.Length)] = OnnxExport.FileAxis(Order[axis], permutation.Length);
        export.Output(export.Node("Transpose", [export.Input()], ("perm", permutation)));
    }

    /// <summary>Strides of the input's axes in the order of the output.</summary>
    private nint[] Permuted<T>(Shape input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var strides = BoxMove<T>.Strides(input);
        return [.. Order.Select(axis => strides[axis])];
    }
}
