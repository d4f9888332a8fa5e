using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>Mean over all places of a picture: [n, h, w, c] to [n, c].</summary>
public sealed unsafe class GlobalAveragePool : Layer
{
    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 && inputs[0].Rank == 4 ? [[inputs[0][0], inputs[0][3]]] : throw Misfit(inputs, "it takes pictures, [batch, height, width, channels].");

    public override void Forward<T>(LayerCall<T> call)
    {
        var x = call.Input();
        PlaceKernels.Sum(call, x.Shape, x.Data, null, call.Output().Data, 1.0 / x.Shape.Product(1, 3));
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var dx = call.InputGradient();
        PlaceKernels.Spread(call, dx.Shape, null, null, call.OutputGradient().Data, 1.0 / dx.Shape.Product(1, 3), dx.Data, call.Accumulates());
    }

    public override void Export(OnnxExport export)
        => export.Output(export.Node("Flatten", [export.Node("GlobalAveragePool", [export.Input()])]));
}
