using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid : ActivationLayer
{
    private protected override bool DerivativeFromOutput => SigmoidFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(SigmoidFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(SigmoidFunction));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.Sigmoid, export.Input()));
}
