using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>x · Φ(x) with the normal distribution function Φ, exact by the error function.</summary>
public sealed class Gelu : ActivationLayer
{
    private protected override bool DerivativeFromOutput => GeluFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(GeluFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(GeluFunction));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.Gelu, export.Input()));
}
