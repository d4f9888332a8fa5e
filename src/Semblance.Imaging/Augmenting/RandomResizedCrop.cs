using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// A part of random area and shape, stretched to the target (Szegedy et al., "Going deeper with convolutions", 2015; ranges and
/// procedure of torchvision). Where ten draws give no part that fits, the middle with the nearest allowed shape.
/// </summary>
public sealed record RandomResizedCrop : FrameAugmentation
{
    private const int Attempts = 10;

    /// <summary>Share of the picture's area.</summary>
    public AugmentationRange Scale { get; init => field = value.Within(0, 1, nameof(Scale)); } = new(0.08, 1);

    /// <summary>Width over height of the part.</summary>
    public AugmentationRange Ratio { get; init => field = value.Within(0, double.MaxValue, nameof(Ratio)); } = new(3.0 / 4, 4.0 / 3);

    public override bool ChoosesShape => true;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = frame.Width * frame.Height * Scale.Draw(random);
            var ratio = Ratio.DrawLogarithmic(random);
            var width = Math.Round(Math.Sqrt(area * ratio));
            var height = Math.Round(Math.Sqrt(area / ratio));
            if (width < 1 || height < 1 || width > frame.Width || height > frame.Height)
                continue;
            var left = random.NextInt((int)(frame.Width - width) + 1);
            var top = random.NextInt((int)(frame.Height - height) + 1);
            return frame.Crop(left, top, width, height);
        }
        var allowed = Math.Clamp(frame.Width / frame.Height, Ratio.Least, Ratio.Most);
        var (keptWidth, keptHeight) = (Math.Max(1, Math.Round(Math.Min(frame.Width, frame.Height * allowed))), Math.Max(1, Math.Round(Math.Min(frame.Height, frame.Width / allowed))));
        return frame.Crop(Math.Floor((frame.Width - keptWidth) / 2), Math.Floor((frame.Height - keptHeight) / 2), keptWidth, keptHeight);
    }
}
