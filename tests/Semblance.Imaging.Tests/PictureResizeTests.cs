using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureResizeTests
{
    [Theory]
    [InlineData(30, 22, 25, 25)]
    [InlineData(17, 40, 64, 9)]
    [InlineData(64, 48, 7, 5)]
    [InlineData(3, 2, 11, 13)]
    [InlineData(1, 1, 4, 4)]
    [InlineData(50, 50, 1, 1)]
    public void Agrees_with_the_kernel_written_out_in_double(int width, int height, int newWidth, int newHeight)
    {
        var picture = TestPictures.Noise(width, height, 5);
        var resized = picture.Resize(newWidth, newHeight);
        Assert.Equal((newWidth, newHeight), (resized.Width, resized.Height));
        var worst = 0.0;
        for (var y = 0; y < newHeight; y++)
        {
            for (var x = 0; x < newWidth; x++)
            {
                for (var c = 0; c < 3; c++)
                    worst = Math.Max(worst, Math.Abs(resized.Pixels[(((y * newWidth) + x) * 3) + c] - Math.Clamp(Naive(picture, x, y, c, newWidth, newHeight), 0, 255)));
            }
        }
        Assert.True(worst <= 0.51, $"{worst} levels apart");
    }

    /// <summary>The definition: a double sum over all pixels with weights that add up to one.</summary>
    private static double Naive(Picture picture, int x, int y, int c, int newWidth, int newHeight)
    {
        var (across, down) = (Weights(picture.Width, newWidth, x), Weights(picture.Height, newHeight, y));
        var sum = 0.0;
        for (var j = 0; j < picture.Height; j++)
        {
            for (var i = 0; i < picture.Width; i++)
                sum += across[i] * down[j] * picture.Pixels[(((j * picture.Width) + i) * 3) + c];
        }
        return sum;
    }

    private static double[] Weights(int length, int newLength, int place)
    {
        var scale = (double)length / newLength;
        var wide = Math.Max(1, scale);
        var weights = Enumerable.Range(0, length).Select(i => Lanczos((i - (((place + 0.5) * scale) - 0.5)) / wide)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    private static double Lanczos(double x) => Math.Abs(x) >= 3 ? 0 : Sinc(x) * Sinc(x / 3);

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    [Fact]
    public void A_plain_picture_stays_plain_and_edges_do_not_wrap_round()
    {
        var plain = TestPictures.Solid(40, 30, 255, 128, 0).Resize(91, 17);
        for (var i = 0; i < plain.Pixels.Length; i += 3)
            Assert.Equal((255, 128, 0), (plain.Pixels[i], plain.Pixels[i + 1], plain.Pixels[i + 2]));
        // White on the right must not leak over an overflow to the left, nor ring past 255.
        var edge = TestPictures.Draw(32, 8, "edge", (x, _) => x < 16 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255)).Resize(128, 8);
        Assert.Equal((0, 255), (edge.At(2, 4).Red, edge.At(125, 4).Red));
        Assert.InRange(edge.At(64, 4).Red, 110, 200);
    }

    [Fact]
    public void The_same_size_is_the_same_picture()
    {
        var picture = TestPictures.Noise(9, 7, 1);
        Assert.Same(picture, picture.Resize(9, 7));
    }

    [Fact]
    public void Shrinking_fine_stripes_gives_grey_and_no_moire()
    {
        var stripes = TestPictures.Draw(300, 100, "stripes", (x, _) => x % 2 == 0 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255)).Resize(70, 30);
        for (var x = 3; x < 67; x++)
            Assert.InRange(stripes.At(x, 15).Red, 118, 137);
    }
}
