using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>A move in any direction, by a fraction of a pixel, too.</summary>
public sealed record RandomShift : FrameAugmentation
{
    /// <summary>The farthest move to either side, as a share of the width.</summary>
    public double Horizontal { get; init => field = Chance.Of(value, nameof(Horizontal)); } = 0.1;

    /// <summary>The farthest move up or down, as a share of the height.</summary>
    public double Vertical { get; init => field = Chance.Of(value, nameof(Vertical)); } = 0.1;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random)
    {
        var right = new AugmentationRange(-Horizontal, Horizontal).Draw(random);
        var down = new AugmentationRange(-Vertical, Vertical).Draw(random);
        return frame.Shift(right * frame.Width, down * frame.Height);
    }
}
