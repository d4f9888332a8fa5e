using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>min(max(x, 0), 6).</summary>
public sealed class Relu6 : ActivationLayer
{
    private protected override bool DerivativeFromOutput => Relu6Function.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(Relu6Function));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(Relu6Function));

    public override void Export(OnnxExport export) => export.Output(ActivationFunctions.Export(export, Activation.Relu6, export.Input()));
}
