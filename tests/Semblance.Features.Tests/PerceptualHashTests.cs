using System.Numerics;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class PerceptualHashTests
{
    public static TheoryData<string> Hashes { get; } = ["phash", "dhash"];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Copies_are_nearer_than_any_other_picture(string name)
    {
        var scenes = Enumerable.Range(0, 24).Select(Photo).ToArray();
        var hashes = scenes.Select(scene => Hash(name, scene)).ToArray();
        var farthestCopy = 0;
        foreach (var (scene, hash) in scenes.Zip(hashes))
        {
            foreach (var copy in Copies(scene))
                farthestCopy = Math.Max(farthestCopy, BitOperations.PopCount(hash ^ Hash(name, copy)));
        }
        var nearestOther = 64;
        for (var i = 0; i < hashes.Length; i++)
        {
            for (var j = 0; j < i; j++)
                nearestOther = Math.Min(nearestOther, BitOperations.PopCount(hashes[i] ^ hashes[j]));
        }
        Assert.True(farthestCopy <= 8, $"A copy is {farthestCopy} bits away.");
        Assert.True(nearestOther > farthestCopy, $"Different pictures are {nearestOther} bits apart, a copy {farthestCopy}.");
    }

    [Fact]
    public void PHash_is_the_sign_of_the_naive_transform()
    {
        var picture = TestPictures.Scene(32, 32, classIndex: 3, seed: 8);
        var spectrum = new double[64];
        for (var v = 0; v < 8; v++)
        {
            for (var u = 0; u < 8; u++)
            {
                for (var y = 0; y < 32; y++)
                {
                    for (var x = 0; x < 32; x++)
                    {
                        var (r, g, b) = picture.At(x, y);
                        spectrum[(8 * v) + u] += ((0.299 * r) + (0.587 * g) + (0.114 * b)) * Math.Cos(Math.PI * (x + 0.5) * u / 32) * Math.Cos(Math.PI * (y + 0.5) * v / 32)
                            * (u == 0 ? Math.Sqrt(0.5) : 1) * (v == 0 ? Math.Sqrt(0.5) : 1) / 16;
                    }
                }
            }
        }
        var median = spectrum.Skip(1).Order().ElementAt(31);
        var expected = 0UL;
        for (var i = 0; i < 64; i++)
        {
            if (spectrum[i] > median)
                expected |= 1UL << i;
        }
        Assert.Equal(expected, PerceptualHash.PHash(picture));
    }

    /// <summary>Cells whose borders cut pixels, against means over points so fine that they cut none.</summary>
    [Theory]
    [InlineData(50, 37)]
    [InlineData(7, 5)]
    public void DHash_compares_the_means_of_cells(int width, int height)
    {
        var picture = TestPictures.Noise(width, height, seed: 4);
        // Every pixel is 9 x 8 points, every cell width x height of them.
        double Mean(int column, int row)
        {
            var sum = 0.0;
            for (var y = row * height; y < (row + 1) * height; y++)
            {
                for (var x = column * width; x < (column + 1) * width; x++)
                {
                    var (r, g, b) = picture.At(x / 9, y / 8);
                    sum += (0.299 * r) + (0.587 * g) + (0.114 * b);
                }
            }
            return sum / (width * height);
        }

        var expected = 0UL;
        for (var bit = 0; bit < 64; bit++)
        {
            if (Mean((bit % 8) + 1, bit / 8) - Mean(bit % 8, bit / 8) > 0.5)
                expected |= 1UL << bit;
        }
        Assert.Equal(expected, PerceptualHash.DHash(picture));
    }

    [Theory]
    [InlineData(500, 375)]
    [InlineData(31, 7)]
    [InlineData(9, 400)]
    public void Both_in_one_pass_are_the_same(int width, int height)
    {
        var picture = TestPictures.Draw(width, height, "both", (x, y) => ((byte)(x * 7), (byte)(y * 5), (byte)(x ^ y)));
        Assert.Equal((PerceptualHash.PHash(picture), PerceptualHash.DHash(picture)), PerceptualHash.Both(picture));
    }

    [Fact]
    public void DHash_follows_the_gradient()
    {
        Assert.Equal(ulong.MaxValue, PerceptualHash.DHash(TestPictures.Draw(90, 80, "right", (x, _) => ((byte)(2 * x), (byte)(2 * x), (byte)(2 * x)))));
        Assert.Equal(0UL, PerceptualHash.DHash(TestPictures.Draw(90, 80, "left", (x, _) => ((byte)(200 - (2 * x)), (byte)(200 - (2 * x)), (byte)(200 - (2 * x))))));
    }

    [Fact]
    public void Flat_pictures_hash_alike_whatever_their_grey()
    {
        Assert.Equal(PerceptualHash.PHash(TestPictures.Solid(50, 40, 200, 200, 200)), PerceptualHash.PHash(TestPictures.Solid(99, 70, 60, 60, 60)));
        Assert.Equal(0UL, PerceptualHash.DHash(TestPictures.Solid(50, 40, 200, 10, 90)));
    }

    // A texture over large patches of light and dark, which is what photographs have and what both hashes look at.
    private static Picture Photo(int seed)
    {
        var patches = TestPictures.Noise(7, 6, seed).Resize(240, 180);
        var texture = TestPictures.Scene(240, 180, seed, seed);
        return TestPictures.Draw(240, 180, "photo", (x, y) =>
        {
            var (a, b) = (patches.At(x, y), texture.At(x, y));
            return ((byte)(((2 * a.Red) + b.Red) / 3), (byte)(((2 * a.Green) + b.Green) / 3), (byte)(((2 * a.Blue) + b.Blue) / 3));
        });
    }

    private static ulong Hash(string name, Picture picture) => name == "phash" ? PerceptualHash.PHash(picture) : PerceptualHash.DHash(picture);

    private static IEnumerable<Picture> Copies(Picture scene)
    {
        yield return PictureDecoder.Shared.Decode(PictureBytes.Jpeg(scene, 50)).Picture!;
        yield return PictureDecoder.Shared.Decode(PictureBytes.WebP(scene, 60)).Picture!;
        yield return scene.Resize(120, 90);
        yield return scene.Resize(480, 400);
        yield return PictureDecoder.Shared.Decode(PictureBytes.Jpeg(scene), new DecodeOptions { MinimumSide = 64 }).Picture!;
        yield return TestPictures.Draw(scene.Width, scene.Height, "brighter", (x, y) =>
        {
            var (r, g, b) = scene.At(x, y);
            return ((byte)Math.Min(255, r + 12), (byte)Math.Min(255, g + 12), (byte)Math.Min(255, b + 12));
        });
    }
}
