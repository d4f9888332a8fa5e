using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureTests
{
    [Fact]
    public void Resize_of_a_ramp_is_a_ramp()
    {
        var resized = TestPictures.Gradient(400, 300).Resize(101, 57);
        Assert.Equal((101, 57), (resized.Width, resized.Height));
        Assert.True(TestPictures.Difference(resized, TestPictures.Gradient(101, 57)) < 1.5);
    }

    [Fact]
    public void Shrinking_averages_what_it_covers()
    {
        // A checkerboard of single pixels, shrunk fourfold: without antialiasing it would stay black and white.
        var board = TestPictures.Draw(256, 256, "board", (x, y) => (x + y) % 2 == 0 ? ((byte)255, (byte)255, (byte)255) : ((byte)0, (byte)0, (byte)0));
        Assert.All(board.Resize(64, 64).Pixels, sample => Assert.InRange(sample, 120, 135));
    }

    [Fact]
    public void Crop_takes_the_pixels_of_the_box()
    {
        var scene = TestPictures.Scene(40, 30, classIndex: 1, seed: 1);
        var crop = scene.Crop(new PictureBox(7, 5, 11, 9));
        Assert.Equal((11, 9), (crop.Width, crop.Height));
        for (var y = 0; y < 9; y++)
        {
            for (var x = 0; x < 11; x++)
                Assert.Equal(scene.At(7 + x, 5 + y), crop.At(x, y));
        }
    }

    [Fact]
    public void Crop_leaves_out_what_lies_outside_and_refuses_a_miss()
    {
        var scene = TestPictures.Scene(40, 30, classIndex: 1, seed: 1);
        var crop = scene.Crop(new PictureBox(-5, 25, 20, 20));
        Assert.Equal((15, 5), (crop.Width, crop.Height));
        Assert.Equal(scene.At(0, 25), crop.At(0, 0));
        Assert.Contains("40 x 30", Assert.Throws<ArgumentOutOfRangeException>(() => scene.Crop(new PictureBox(40, 0, 5, 5))).Message);
    }
}
