using Semblance.Imaging.Augmenting;
using Semblance.Numerics;

namespace Semblance.Imaging;

/// <summary>
/// Steps that make a picture of an exact size, different with each generator and the same with the same one. Steps that move pixels
/// are composed in their order and the picture is sampled once: a part without borders, turn or fraction of a pixel by
/// the resampler behind <see cref="Picture.Resize"/>, anything else bilinearly (shrunk first where it shrinks by much, so that nothing
/// aliases). Then the steps on colours follow in their order. Immutable and thread-safe.
/// </summary>
public sealed record AugmentationPipeline
{
    private readonly Augmentation[] _steps;

    public AugmentationPipeline(params ReadOnlySpan<Augmentation> steps) => _steps = steps.ToArray();

    /// <summary>Borders of four pixels, a part of the original size, a flip: He et al. (2016) for pictures of 32 x 32.</summary>
    public static AugmentationPipeline Cifar { get; } = new(new RandomCrop(), new RandomHorizontalFlip());

    /// <summary>A part of random size and shape, a flip, changed colours: the usual training view of photographs.</summary>
    public static AugmentationPipeline ImageNet { get; } = new(new RandomResizedCrop(), new RandomHorizontalFlip(), new ColourJitter());

    public IReadOnlyList<Augmentation> Steps => _steps;

    /// <summary>True where a step decides how a picture becomes the target's shape; without one it is stretched.</summary>
    public bool ChoosesShape => Array.Exists(_steps, step => step is FrameAugmentation { ChoosesShape: true });

    public BorderMode Border { get; init; } = BorderMode.Constant;

    /// <summary>The colour of constant borders; null: black, or the network's mean colour where a data loader knows it.</summary>
    public Rgb? Fill { get; init; }

    /// <returns>A picture of <paramref name="width"/> x <paramref name="height"/>.</returns>
    public Picture Apply(Picture picture, int width, int height, SeededRandom random)
    {
        var pixels = new byte[checked(width * height * 3)];
        Apply(picture, width, height, random, pixels);
        return new Picture(width, height, pixels, picture.Facts);
    }

    /// <param name="target">Gets RGB <c>[height, width, 3]</c>; every byte is written.</param>
    public void Apply(Picture picture, int width, int height, SeededRandom random, Span<byte> target)
    {
        var frame = PictureFrame.Whole(picture.Width, picture.Height, width, height);
        if (target.Length != checked(width * height * 3))
            throw new ArgumentException($"A {width} x {height} picture needs {width * height * 3} bytes and the target has {target.Length}.", nameof(target));
        foreach (var step in _steps)
        {
            if (step is FrameAugmentation placing)
                frame = placing.Apply(frame, random);
        }
        FrameSampler.Sample(picture, frame, Border, Fill ?? default, target);
        foreach (var step in _steps)
        {
            if (step is PixelAugmentation painting)
                painting.Apply(target, width, height, random);
        }
    }

    /// <summary>The same with one more step before all others.</summary>
    public AugmentationPipeline StartingWith(FrameAugmentation first) => new([first, .. _steps]) { Border = Border, Fill = Fill };
}
