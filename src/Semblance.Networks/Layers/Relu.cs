using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>max(x, 0).</summary>
public sealed class Relu : ActivationLayer
{
    private protected override bool DerivativeFromOutput => ReluFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(ReluFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(ReluFunction));

    public override void Export(OnnxExport export) => export.Output(export.Node("Relu", [export.Input()]));
}
