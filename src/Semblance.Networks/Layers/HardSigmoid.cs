using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>min(max(x / 6 + 1/2, 0), 1).</summary>
public sealed class HardSigmoid : ActivationLayer
{
    private protected override bool DerivativeFromOutput => HardSigmoidFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, default(HardSigmoidFunction));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, default(HardSigmoidFunction));

    public override void Export(OnnxExport export) => export.Output(export.Node("HardSigmoid", [export.Input()], ("alpha", 1 / 6.0), ("beta", 0.5)));
}
