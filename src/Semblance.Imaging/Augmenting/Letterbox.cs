using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>The whole picture with its proportions, in the middle of borders.</summary>
public sealed record Letterbox : FrameAugmentation
{
    public override bool ChoosesShape => true;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random)
    {
        var scale = Math.Min(frame.TargetWidth / frame.Width, frame.TargetHeight / frame.Height);
        var (width, height) = (frame.TargetWidth / scale, frame.TargetHeight / scale);
        return frame.Crop((frame.Width - width) / 2, (frame.Height - height) / 2, width, height);
    }
}
