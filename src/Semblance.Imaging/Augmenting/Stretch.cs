using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>The whole picture, its proportions given up. What a pipeline does when no step says otherwise.</summary>
public sealed record Stretch : FrameAugmentation
{
    public override bool ChoosesShape => true;

    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => frame;
}
