using System.Globalization;
using Semblance.Numerics.Activations;

namespace Semblance.Networks;

/// <summary>min(max(x, low), high); either bound may be infinite.</summary>
public sealed class Clip : ActivationLayer
{
    /// <exception cref="ArgumentException">There is nothing between the bounds.</exception>
    public Clip(float low, float high)
    {
        if (!(low < high))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is nothing between {low} and {high}; give the smaller bound first."), nameof(low));
        (Low, High) = (low, high);
    }

    public float Low { get; }

    public float High { get; }

    private protected override bool DerivativeFromOutput => ClipFunction.DerivativeFromOutput;

    public override void Forward<T>(LayerCall<T> call) => Forward(call, new ClipFunction(Low, High));

    public override void Backward<T>(LayerCall<T> call) => Backward(call, new ClipFunction(Low, High));

    public override void Export(OnnxExport export)
        => export.Output(export.Node("Clip", [export.Input(), export.Floats([Math.Max(Low, float.MinValue)]), export.Floats([Math.Min(High, float.MaxValue)])]));
}
