using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>Hyperbolic tangent.</summary>
public sealed class Tanh : ActivationLayer
{
    private protected override bool DerivativeFromOutput => TanhFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(TanhFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(TanhFunction));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.Tanh, export.Input()));
}
