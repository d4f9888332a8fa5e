using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>Nearer or farther about the middle, the proportions kept.</summary>
public sealed record RandomZoom : FrameAugmentation
{
    /// <summary>How much larger things are seen; uniform in the logarithm, so that twice and half are equally likely.</summary>
    public AugmentationRange Factor { get; init => field = value.Within(0, double.MaxValue, nameof(Factor)); } = new(0.9, 1.1);

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => frame.Zoom(Factor.DrawLogarithmic(random));
}
