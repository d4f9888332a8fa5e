using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// One step of an <see cref="AugmentationPipeline"/>: ranges, from which each picture gets its own numbers. A step of one's own
/// derives from <see cref="FrameAugmentation"/> or <see cref="PixelAugmentation"/>. Immutable and thread-safe; all chance comes
/// from the generator that is passed in.
/// </summary>
public abstract record Augmentation
{
    private protected Augmentation()
    {
    }
}

/// <summary>
/// A step that decides where the pixels come from. It touches none: all such steps of a pipeline are composed into one map, by
/// which the picture is sampled once.
/// </summary>
public abstract record FrameAugmentation : Augmentation
{
    /// <summary>True for a step that chooses how a picture of any shape becomes the target's shape; without one it is stretched.</summary>
    public virtual bool ChoosesShape => false;

    /// <param name="frame">What the steps before have made.</param>
    public abstract PictureFrame Apply(PictureFrame frame, SeededRandom random);
}

/// <summary>A step that changes colours in place, after the picture has got its size.</summary>
public abstract record PixelAugmentation : Augmentation
{
    /// <param name="pixels">RGB, <c>[height, width, 3]</c>.</param>
    public abstract void Apply(Span<byte> pixels, int width, int height, SeededRandom random);
}
