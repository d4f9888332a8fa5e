using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// Borders on all sides of the picture at its target size, then a part of the target's size anywhere: the recipe for CIFAR (He et al.,
/// "Deep residual learning", 2016). A shift by whole pixels, so that a picture which has the target's size already is copied exactly.
/// </summary>
public sealed record RandomCrop : FrameAugmentation
{
    /// <summary>Width of the borders in pixels of the target.</summary>
    public int Padding
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 4;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random)
    {
        var right = random.NextInt((2 * Padding) + 1) - Padding;
        var down = random.NextInt((2 * Padding) + 1) - Padding;
        return frame.Shift(right * frame.Width / frame.TargetWidth, down * frame.Height / frame.TargetHeight);
    }
}
