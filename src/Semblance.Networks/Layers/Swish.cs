using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>x · sigmoid(x), also called SiLU.</summary>
public sealed class Swish : ActivationLayer
{
    private protected override bool DerivativeFromOutput => SwishFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(SwishFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(SwishFunction));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.Swish, export.Input()));
}
