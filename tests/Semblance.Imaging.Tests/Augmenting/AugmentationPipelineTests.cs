using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Augmenting;

public sealed class AugmentationPipelineTests
{
    private static readonly AugmentationPipeline s_everything = new(
        new RandomResizedCrop(), new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomCrop(), new RandomRotate(), new RandomShift(), new RandomZoom(), new ColourJitter(), new RandomErasing());

    [Fact]
    public void A_seed_decides_every_byte()
    {
        var picture = TestPictures.Scene(80, 60, 1, 1);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 20; seed++)
        {
            var first = s_everything.Apply(picture, 40, 40, new SeededRandom(seed));
            Assert.Equal(first.Pixels, s_everything.Apply(picture, 40, 40, new SeededRandom(seed)).Pixels);
            seen.Add(Convert.ToHexString(first.Pixels));
        }
        Assert.Equal(20, seen.Count);
    }

    [Fact]
    public void The_source_is_never_written_to()
    {
        var picture = TestPictures.Scene(40, 40, 1, 1);
        var before = picture.Pixels.ToArray();
        for (var seed = 0; seed < 10; seed++)
        {
            s_everything.Apply(picture, 40, 40, new SeededRandom(seed));
            new AugmentationPipeline(new ColourJitter(), new RandomErasing { Probability = 1 }).Apply(picture, 40, 40, new SeededRandom(seed));
        }
        Assert.Equal(before, picture.Pixels);
    }

    [Fact]
    public void No_steps_stretch_and_a_step_may_be_put_first()
    {
        var picture = TestPictures.Scene(80, 40, 1, 1);
        Assert.Equal(picture.Resize(24, 24).Pixels, new AugmentationPipeline().Apply(picture, 24, 24, new SeededRandom(1)).Pixels);
        var flip = new AugmentationPipeline(new RandomHorizontalFlip { Probability = 1 }) { Border = BorderMode.Edge };
        Assert.False(flip.ChoosesShape);
        var cut = flip.StartingWith(new CentreCrop());
        Assert.True(cut.ChoosesShape);
        Assert.Equal(BorderMode.Edge, cut.Border);
        var expected = picture.Crop(new PictureBox(20, 0, 40, 40)).Resize(24, 24);
        Assert.Equal(expected.At(0, 3), cut.Apply(picture, 24, 24, new SeededRandom(1)).At(23, 3));
        Assert.True(AugmentationPipeline.ImageNet.ChoosesShape);
        Assert.False(AugmentationPipeline.Cifar.ChoosesShape);
    }

    [Fact]
    public void A_target_of_another_size_is_refused()
    {
        var failure = Assert.Throws<ArgumentException>(() => AugmentationPipeline.Cifar.Apply(TestPictures.Gradient(8, 8), 8, 8, new SeededRandom(1), new byte[100]));
        Assert.Contains("192", failure.Message, StringComparison.Ordinal);
    }
}
