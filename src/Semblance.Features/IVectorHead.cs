using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// Makes the vectors of one space from the raw vectors of another, so that no picture is read for it. Immutable and thread-safe.
/// </summary>
public interface IVectorHead
{
    /// <summary>Numbers of a vector that it takes in.</summary>
    int InputDimension { get; }

    /// <summary>Numbers, or bits, of a vector that it makes.</summary>
    int Dimension { get; }

    /// <summary><c>[n, InputDimension] → [n, Dimension]</c>; of the kind <see cref="SpaceKind.Bits"/>, numbers above 0 set the bit.</summary>
    Matrix Apply(Matrix raw);

    /// <summary>For <see cref="VectorHeadEntry.Load"/>.</summary>
    byte[] Serialize();
}

/// <summary>A head that may be fitted.</summary>
/// <param name="Name">That users type.</param>
/// <param name="Summary">What it makes, in a few words.</param>
/// <param name="Fit">From raw vectors <c>[n, d]</c>, the dimension that is wanted, and a seed.</param>
public sealed record VectorHeadEntry(string Name, SpaceKind Kind, Metric Metric, string Summary, Func<Matrix, int, int, CancellationToken, IVectorHead> Fit, Func<byte[], IVectorHead> Load);

/// <summary>The catalogue of heads. A new head is one line of <see cref="All"/>.</summary>
public static class VectorHeads
{
    public static IReadOnlyList<VectorHeadEntry> All { get; } =
    [
        new("itq", SpaceKind.Bits, Metric.Hamming, "rotated principal axes, their signs", static (sample, bits, seed, cancel) => new BinaryHead(BinaryCodec.Itq(sample, bits, seed: seed, cancellationToken: cancel)), BinaryHead.Load),
        new("sign", SpaceKind.Bits, Metric.Hamming, "sides of random planes", static (sample, bits, seed, _) => new BinaryHead(BinaryCodec.Sign(sample, bits, seed)), BinaryHead.Load),
    ];

    /// <summary>The head of this name; null where there is none.</summary>
    public static VectorHeadEntry? Find(string name) => All.FirstOrDefault(head => head.Name == name);
}
