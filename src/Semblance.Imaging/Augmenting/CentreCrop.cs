using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>The largest part in the middle that has the target's proportions; nothing is left to chance.</summary>
public sealed record CentreCrop : FrameAugmentation
{
    /// <summary>How many times larger than the target the picture is before it is cut: 256 / 224 is the usual test view of ImageNet networks.</summary>
    public double Zoom
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A cut from the middle needs a zoom of at least 1.");
    } = 1;

    public override bool ChoosesShape => true;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random)
    {
        var scale = Math.Max(frame.TargetWidth / frame.Width, frame.TargetHeight / frame.Height) * Zoom;
        var width = Math.Clamp(Math.Round(frame.TargetWidth / scale), 1, frame.Width);
        var height = Math.Clamp(Math.Round(frame.TargetHeight / scale), 1, frame.Height);
        return frame.Crop(Math.Floor((frame.Width - width) / 2), Math.Floor((frame.Height - height) / 2), width, height);
    }
}
