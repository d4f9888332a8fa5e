namespace Semblance.Networks.Tests.Engine;

/// <summary>The layer that docs/engine.md builds: x · tanh(ln(1 + eˣ)) (Misra, "Mish: a self regularized non-monotonic activation function", 2019).</summary>
public sealed class Mish : Layer
{
    private const int Grain = 1 << 12;

    public override bool IsCheap => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
        => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    public override void Forward<T>(LayerCall<T> call)
        => call.ForRanges(call.Output().Shape.Length, Grain, (start, end) =>
        {
            var (x, y) = (call.Input(), call.Output());
            for (var i = (int)start; i < end; i++)
                y.Span[i] = x.Span[i] * T.Tanh(T.LogP1(T.Exp(x.Span[i])));
        });

    public override void Backward<T>(LayerCall<T> call)
        => call.ForRanges(call.Input().Shape.Length, Grain, (start, end) =>
        {
            var (x, dy, dx) = (call.Input(), call.OutputGradient(), call.InputGradient());
            for (var i = (int)start; i < end; i++)
            {
                var value = x.Span[i];
                var gate = T.Tanh(T.LogP1(T.Exp(value)));
                var slope = gate + value * (T.One - gate * gate) / (T.One + T.Exp(-value));
                var gradient = dy.Span[i] * slope;
                dx.Span[i] = call.Accumulates() ? dx.Span[i] + gradient : gradient;
            }
        });

    public override void Export(OnnxExport export)
    {
        var gate = export.Node("Tanh", [export.Node("Softplus", [export.Input()])]);
        export.Output(export.Node("Mul", [export.Input(), gate]));
    }
}
