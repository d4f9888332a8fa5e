using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>The range that an augmentation draws a number from, both ends included.</summary>
public readonly record struct AugmentationRange
{
    /// <exception cref="ArgumentException">The ends are not finite, or in the wrong order.</exception>
    public AugmentationRange(double least, double most)
    {
        if (!double.IsFinite(least) || !double.IsFinite(most) || least > most)
            throw new ArgumentException($"A range goes from the smaller number to the greater; {least} to {most} is none.", nameof(least));
        (Least, Most) = (least, most);
    }

    public double Least { get; }

    public double Most { get; }

    internal double Draw(SeededRandom random) => Least + ((Most - Least) * random.NextDouble());

    /// <summary>Uniform in the logarithm, so that a ratio and its inverse are equally likely.</summary>
    internal double DrawLogarithmic(SeededRandom random) => Math.Exp(new AugmentationRange(Math.Log(Least), Math.Log(Most)).Draw(random));

    /// <summary>The range itself, once it is known to suit a property.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It reaches outside.</exception>
    internal AugmentationRange Within(double exclusiveLeast, double most, string property)
        => Least > exclusiveLeast && Most <= most
            ? this
            : throw new ArgumentOutOfRangeException(property, this, $"{property} must lie above {exclusiveLeast} and reach {most} at most.");
}
