using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>A turn about the middle.</summary>
public sealed record RandomRotation : FrameAugmentation
{
    /// <summary>Counter-clockwise.</summary>
    public AugmentationRange Degrees { get; init; } = new(-15, 15);

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => frame.Rotate(Degrees.Draw(random));
}
