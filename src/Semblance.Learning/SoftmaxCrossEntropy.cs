using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>
/// Cross entropy between softmax of the logits and the labels: L = −Σ q·log softmax(z), derivative softmax(z) − q, both over n.
/// With smoothing ε the target is q = (1 − ε)·onehot + ε/classes (Szegedy et al., "Rethinking the Inception architecture", 2016), which
/// keeps logits from growing without end.
/// </summary>
/// <remarks>Each row's maximum is taken off first, so that no exponential overflows, however large the logits.</remarks>
public sealed class SoftmaxCrossEntropy : ILoss
{
    /// <summary>ε, 0 up to, not including, 1.</summary>
    public double LabelSmoothing
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Label smoothing is 0 or more and below 1.");
    }

    public IReadOnlyList<Parameter> Parameters => [];

    public double Compute<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient, LossParameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (labels.IsEmpty || outputs.Length % labels.Length != 0 || gradient.Length != outputs.Length)
            throw new ArgumentException($"{outputs.Length} outputs and {gradient.Length} gradients do not fit {labels.Length} labels.", nameof(labels));
        var classes = outputs.Length / labels.Length;
        var (share, scale) = (LabelSmoothing / classes, 1.0 / labels.Length);
        var loss = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            if ((uint)labels[row] >= (uint)classes)
                throw new ArgumentException($"The label {labels[row]} of row {row} has no output: the network tells {classes} classes apart.", nameof(labels));
            var logits = outputs.Slice(row * classes, classes);
            var derivative = gradient.Slice(row * classes, classes);
            // log softmax(z)ᵢ = zᵢ − max − log Σ exp(z − max)
            var max = TensorPrimitives.Max(logits);
            TensorPrimitives.Subtract(logits, max, derivative);
            var shifted = double.CreateTruncating(derivative[labels[row]]);
            var meanShifted = LabelSmoothing > 0 ? double.CreateTruncating(TensorPrimitives.Sum<T>(derivative)) * share : 0;
            TensorPrimitives.Exp(derivative, derivative);
            var sum = double.CreateTruncating(TensorPrimitives.Sum<T>(derivative));
            loss += Math.Log(sum) - ((1 - LabelSmoothing) * shifted) - meanShifted;
            TensorPrimitives.Multiply(derivative, T.CreateTruncating(scale / sum), derivative);
            if (share > 0)
                TensorPrimitives.Subtract(derivative, T.CreateTruncating(share * scale), derivative);
            derivative[labels[row]] -= T.CreateTruncating((1 - LabelSmoothing) * scale);
        }
        return loss * scale;
    }
}
