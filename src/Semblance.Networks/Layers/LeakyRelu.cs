using Semblance.Networks.Kernels;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>x above zero, slope · x below.</summary>
public sealed class LeakyRelu(double slope = ActivationFunctions.LeakySlope) : ActivationLayer
{
    /// <summary>Not negative.</summary>
    public double Slope { get; } = slope >= 0 ? slope : throw new ArgumentOutOfRangeException(nameof(slope), slope, "A slope below zero would hide the sign of the input; give 0 or more.");

    private protected override bool DerivativeFromOutput => LeakyReluFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, new LeakyReluFunction(Slope));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, new LeakyReluFunction(Slope));

    public override void Export(OnnxExport export) => export.Output(export.Node("LeakyRelu", [export.Input()], ("alpha", Slope)));
}
