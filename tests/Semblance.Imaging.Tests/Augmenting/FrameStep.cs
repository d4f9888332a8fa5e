using Semblance.Numerics;

namespace Semblance.Imaging.Tests.Augmenting;

/// <summary>A step of a test's own, which shows that users can write some, too.</summary>
internal sealed record FrameStep(Func<PictureFrame, PictureFrame> Change) : FrameAugmentation
{
    public override PictureFrame Apply(PictureFrame frame, SeededRandom random) => Change(frame);

    public static Picture Sample(Picture picture, int width, int height, Func<PictureFrame, PictureFrame> change, BorderMode border = BorderMode.Constant, Rgb fill = default)
        => new AugmentationPipeline(new FrameStep(change)) { Border = border, Fill = fill }.Apply(picture, width, height, new SeededRandom(0));
}
