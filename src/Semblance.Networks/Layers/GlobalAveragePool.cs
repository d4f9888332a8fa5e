using System.Numerics;
using System.Numerics.Tensors;

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
        var (x, y) = (call.Input(), call.Output());
        var (places, channels) = (x.Shape.Product(1, 3), x.Shape.Channels);
        call.Team.Run(x.Shape[0], picture =>
        {
            var mean = new Span<T>(y.Data + (nint)picture * channels, channels);
            mean.Clear();
            for (nint place = 0; place < places; place++)
                TensorPrimitives.Add(mean, new ReadOnlySpan<T>(x.Data + (picture * places + place) * channels, channels), mean);
            TensorPrimitives.Multiply(mean, Share<T>(places), mean);
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy, accumulates) = (call.InputGradient(), call.OutputGradient(), call.Accumulates());
        var (places, channels) = (dx.Shape.Product(1, 3), dx.Shape.Channels);
        call.Team.Run(dx.Shape[0], picture =>
        {
            var gradient = new ReadOnlySpan<T>(dy.Data + (nint)picture * channels, channels);
            for (nint place = 0; place < places; place++)
            {
                var target = new Span<T>(dx.Data + (picture * places + place) * channels, channels);
                if (accumulates)
                    TensorPrimitives.MultiplyAdd(gradient, Share<T>(places), target, target);
                else
                    TensorPrimitives.Multiply(gradient, Share<T>(places), target);
            }
        });
    }

    public override void Export(OnnxExport export)
        => export.Output(export.Node("Flatten", [export.Node("GlobalAveragePool", [export.Input()])]));

    private static T Share<T>(nint places)
        where T : IBinaryFloatingPointIeee754<T>
        => T.One / T.CreateChecked(places);
}
