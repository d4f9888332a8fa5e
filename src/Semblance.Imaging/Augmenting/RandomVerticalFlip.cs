using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>Top and bottom change sides in some of the pictures.</summary>
public sealed record RandomVerticalFlip : FrameAugmentation
{
    public double Probability { get; init => field = Chance.Of(value, nameof(Probability)); } = 0.5;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => random.NextDouble() < Probability ? frame.FlipVertical() : frame;
}
