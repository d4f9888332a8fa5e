using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class RawPixelsTests
{
    [Fact]
    public void A_vector_is_the_small_picture_at_length_one()
    {
        var small = TestPictures.Scene(32, 32, classIndex: 1, seed: 4);
        using var embedder = new RawPixels();
        var vector = embedder.Embed([small]).Row(0).ToArray();
        var length = Math.Sqrt(small.Pixels.Sum(sample => (double)sample * sample));
        Assert.Equal(3072, vector.Length);
        for (var i = 0; i < vector.Length; i++)
            Assert.Equal(small.Pixels[i] / length, vector[i], 5);
    }

    [Fact]
    public void A_re_encoded_and_resized_copy_is_the_nearest()
    {
        var pictures = Enumerable.Range(0, 12).Select(i =>
        {
            var scene = TestPictures.Scene(200, 150, i / 2, seed: i / 2);
            return i % 2 == 0 ? scene : PictureDecoder.Shared.Decode(PictureBytes.Jpeg(scene.Resize(120, 90), 60)).Picture!;
        }).ToArray();
        using var embedder = new RawPixels();
        Nearest.AssertIsTheOtherOfThePair(embedder.Embed(pictures), allowedMisses: 0);
    }

    [Fact]
    public void Black_is_the_zero_vector()
    {
        using var embedder = new RawPixels();
        Assert.All(embedder.Embed([TestPictures.Solid(50, 50, 0, 0, 0)]).Row(0).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Identities_are_stable_and_differ()
    {
        using var pixels = new RawPixels();
        using var again = new RawPixels();
        using var hsv = new HsvHistogram();
        Assert.Equal(pixels.Description, again.Description);
        Assert.NotEqual(pixels.Description.Sha256, hsv.Description.Sha256);
        Assert.Equal(64, pixels.Description.Sha256.Length);
    }
}
