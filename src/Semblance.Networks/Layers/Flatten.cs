using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// All axes but the batch as one: [n, h, w, c] to [n, h·w·c], the same memory under another shape unless
/// <see cref="ChannelsFirst"/> asks for another order.
/// </summary>
public sealed unsafe class Flatten : Layer
{
    /// <summary>
    /// Whether a picture's elements come out in the order channel, row, column, which is what the weights behind a flattening in an
    /// ONNX or PyTorch file expect. Costs a transposition.
    /// </summary>
    public bool ChannelsFirst { get; init; }

    public override bool IsView => !ChannelsFirst;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 && inputs[0].Product(1, inputs[0].Rank) <= int.MaxValue
            ? [[inputs[0][0], (int)inputs[0].Product(1, inputs[0].Rank)]]
            : throw Misfit(inputs, "it takes one tensor, with fewer than 2³¹ elements in a row of the batch.");

    public override void Forward<T>(LayerCall<T> call)
    {
        if (ChannelsFirst)
            BoxMove<T>.Run(call, ToFileOrder(call.Input().Shape, call.Input().Data, call.Output().Data));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        if (!ChannelsFirst || call.InputGradient() is not { IsNone: false } dx)
            return;
        var (box, inFile, inEngine) = Orders<T>(dx.Shape);
        BoxMove<T>.Run(call, new BoxMove<T>(box, call.OutputGradient().Data, inFile, dx.Data, inEngine, call.Accumulates()));
    }

    public override void Export(OnnxExport export)
        => export.Output(export.Node("Flatten", [ChannelsFirst ? export.Input() : export.InputChannelsLast()], ("axis", 1)));

    private static BoxMove<T> ToFileOrder<T>(Shape picture, T* source, T* target)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var (box, inFile, inEngine) = Orders<T>(picture);
        return new BoxMove<T>(box, source, inEngine, target, inFile);
    }

    // Channels outermost: the target of the forward pass is then written in order.
    private static (Shape Box, nint[] InFile, nint[] InEngine) Orders<T>(Shape picture)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var strides = BoxMove<T>.Strides(picture);
        if (picture.Rank != 4)
            return (picture, strides, strides);
        Shape box = [picture[0], picture[3], picture[1], picture[2]];
        return (box, BoxMove<T>.Strides(box), [strides[0], strides[3], strides[1], strides[2]]);
    }
}
