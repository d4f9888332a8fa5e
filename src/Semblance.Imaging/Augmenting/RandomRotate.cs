using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>A turn about the middle. (<c>RandomRotation</c>, as torchvision calls it, is the orthogonal matrix of Semblance.Numerics.)</summary>
public sealed record RandomRotate : FrameAugmentation
{
    /// <summary>Counter-clockwise.</summary>
    public AugmentationRange Degrees { get; init; } = new(-15, 15);

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => frame.Rotate(Degrees.Draw(random));
}
