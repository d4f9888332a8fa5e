using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>Left and right change sides in some of the pictures.</summary>
public sealed record RandomHorizontalFlip : FrameAugmentation
{
    public double Probability { get; init => field = Chance.Of(value, nameof(Probability)); } = 0.5;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => random.NextDouble() < Probability ? frame.FlipHorizontal() : frame;
}
