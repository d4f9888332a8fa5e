using System.Numerics;

namespace Semblance.Learning;

/// <summary>A loss by its parameters as they are.</summary>
public static class LossExtensions
{
    /// <summary>
    /// As <see cref="ILoss.Compute"/>, by the present values of the loss's own parameters; in single precision their gradients are
    /// written too, in double they are not kept.
    /// </summary>
    public static double Compute<T>(this ILoss loss, ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => loss.Compute(outputs, labels, gradient, new LossParameters<T>(loss.Parameters));
}
