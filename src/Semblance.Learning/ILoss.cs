using System.Numerics;
using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>
/// What training makes small: a number from a network's outputs and the labels of a batch, with its derivative by the outputs.
/// </summary>
public interface ILoss
{
    /// <summary>
    /// The loss's own weights, such as proxies of classes, from <see cref="Parameter.Create"/>: in a group of the optimiser, in
    /// checkpoints, and with a gradient that <see cref="Compute"/> writes.
    /// </summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Mean over the batch; independent of threads.</summary>
    /// <param name="outputs"><c>[n, columns]</c>, row-major.</param>
    /// <param name="labels">One for each row.</param>
    /// <param name="gradient">As long as <paramref name="outputs"/>; overwritten with the derivative by each.</param>
    /// <param name="parameters">
    /// The values of <see cref="Parameters"/> to compute with, and where the derivative by each of them goes: never read or write the
    /// parameters themselves here.
    /// </param>
    double Compute<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient, LossParameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
