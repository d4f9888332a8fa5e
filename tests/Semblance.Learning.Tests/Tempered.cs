using System.Numerics;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Learning.Tests;

/// <summary>Cross entropy of logits times a learned number for each class.</summary>
internal sealed class Tempered : ILoss
{
    private readonly Parameter _factors;
    private readonly SoftmaxCrossEntropy _inner = new();

    public Tempered(int classes, double factor = 1) => _factors = Parameter.Create("factor", [classes], Initializers.Constant((float)factor), new SeededRandom(0));

    public IReadOnlyList<Parameter> Parameters => [_factors];

    public double Compute<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient, LossParameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factors = parameters.Values(_factors);
        var derivative = parameters.Gradient(_factors);
        var scaled = outputs.ToArray();
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] *= factors[i % factors.Length];
        var loss = _inner.Compute<T>(scaled, labels, gradient);
        derivative.Clear();
        for (var i = 0; i < outputs.Length; i++)
        {
            derivative[i % factors.Length] += gradient[i] * outputs[i];
            gradient[i] *= factors[i % factors.Length];
        }
        return loss;
    }
}
