using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
public sealed class HardSwish : ActivationLayer
{
    private protected override bool DerivativeFromOutput => HardSwishFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(HardSwishFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(HardSwishFunction));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.HardSwish, export.Input()));
}
