using Semblance.Imaging.Augmenting;
using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// Brightness, contrast, saturation and hue, changed in a random order (Howard, "Some improvements on deep convolutional neural
/// network based image classification", 2013; formulas of torchvision). A property of 0 switches its change off; the defaults are
/// those usual for ImageNet and contrastive learning.
/// </summary>
public sealed record ColourJitter : PixelAugmentation
{
    /// <summary>Factors are drawn from max(0, 1 − s) to 1 + s; above 10 every picture is black or white.</summary>
    private const double MostStrength = 10;

    /// <summary>Strength s: values are multiplied by 1 ± s.</summary>
    public double Brightness { get; init => field = Strength(value, nameof(Brightness)); } = 0.4;

    /// <summary>Strength s: distances from the picture's mean grey are multiplied by 1 ± s.</summary>
    public double Contrast { get; init => field = Strength(value, nameof(Contrast)); } = 0.4;

    /// <summary>Strength s: distances from the pixel's own grey are multiplied by 1 ± s.</summary>
    public double Saturation { get; init => field = Strength(value, nameof(Saturation)); } = 0.4;

    /// <summary>The farthest turn on the colour wheel to either side, in turns: 0.5 reaches the complementary colour.</summary>
    public double Hue
    {
        get;
        init => field = value is >= 0 and <= 0.5 ? value : throw new ArgumentOutOfRangeException(nameof(Hue), value, "Hue is a share of a full turn, from 0 to 0.5.");
    } = 0.1;

    /// <summary>How many of the pictures are changed at all.</summary>
    public double Probability { get; init => field = Chance.Of(value, nameof(Probability)); } = 1;

    public override void Apply(Span<byte> pixels, int width, int height, SeededRandom random)
    {
        if (random.NextDouble() >= Probability)
            return;
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        var (brightness, contrast, saturation) = (Factor(Brightness, random), Factor(Contrast, random), Factor(Saturation, random));
        var hue = new AugmentationRange(-Hue, Hue).Draw(random);
        foreach (var change in order)
        {
            if (change == 0 && Brightness > 0)
                ColourChanges.Brighten(pixels, brightness);
            else if (change == 1 && Contrast > 0)
                ColourChanges.Contrast(pixels, contrast);
            else if (change == 2 && Saturation > 0)
                ColourChanges.Saturate(pixels, saturation);
            else if (change == 3 && Hue > 0)
                ColourChanges.TurnHue(pixels, (float)hue);
        }
    }

    private static double Factor(double strength, SeededRandom random) => new AugmentationRange(Math.Max(0, 1 - strength), 1 + strength).Draw(random);

    private static double Strength(double value, string property)
        => value is >= 0 and <= MostStrength ? value : throw new ArgumentOutOfRangeException(property, value, $"{property} is a strength, from 0 to {MostStrength}.");
}
