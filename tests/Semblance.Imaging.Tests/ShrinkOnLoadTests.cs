using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class ShrinkOnLoadTests
{
    [Theory]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("png")]
    public void The_short_side_is_the_minimum_side_at_every_shrink(string format)
    {
        var scene = TestPictures.Scene(611, 403, classIndex: 5, seed: 3);
        var bytes = format switch { "jpeg" => PictureBytes.Jpeg(scene), "webp" => PictureBytes.WebP(scene), _ => PictureBytes.Png(scene) };
        foreach (var side in new[] { 402, 300, 202, 201, 150, 101, 100, 64, 50, 17, 1 })
        {
            var picture = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = side }).Picture!;
            Assert.Equal(side, picture.Height);
            Assert.Equal((int)Math.Round(611.0 * side / 403), picture.Width);
            Assert.Equal((611, 403), (picture.Facts.Width, picture.Facts.Height));
            // Against the shrink of the whole picture at full size; a few levels of noise from coding and from the order of filters.
            Assert.InRange(TestPictures.Difference(scene.Resize(picture.Width, picture.Height), picture), 0, 4);
        }
    }

    [Fact]
    public void Small_pictures_are_never_enlarged()
    {
        var picture = PictureDecoder.Shared.Decode(PictureBytes.Jpeg(TestPictures.Gradient(40, 30)), new DecodeOptions { MinimumSide = 224 }).Picture!;
        Assert.Equal((40, 30), (picture.Width, picture.Height));
    }

    [Fact]
    public void The_minimum_side_holds_inside_the_box()
    {
        var scene = TestPictures.Scene(800, 600, classIndex: 5, seed: 3);
        var box = new PictureBox(200, 100, 160, 120);
        var picture = PictureDecoder.Shared.Decode(PictureBytes.Jpeg(scene), new DecodeOptions { MinimumSide = 60, Box = box }).Picture!;
        Assert.Equal((80, 60), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(scene.Crop(box).Resize(80, 60), picture), 0, 4);
    }

    [Fact]
    public void A_box_outside_is_a_failure_that_says_the_size()
    {
        var failure = PictureDecoder.Shared.Decode(PictureBytes.Png(TestPictures.Gradient(40, 30)), new DecodeOptions { Box = new PictureBox(50, 0, 10, 10) }).Failure!;
        Assert.Equal(DecodeFailureReason.OutsideBox, failure.Reason);
        Assert.Contains("40 x 30", failure.Message);
    }

    [Fact]
    public void Svg_is_drawn_at_the_size_that_is_needed()
    {
        var bytes = PictureBytes.Svg("<rect width=\"1000\" height=\"800\" fill=\"#204060\"/><rect width=\"500\" height=\"800\" fill=\"#ff8000\"/>", "width=\"1000\" height=\"800\"");
        var picture = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = 80 }).Picture!;
        Assert.Equal((100, 80), (picture.Width, picture.Height));
        Assert.Equal((0xFF, 0x80, 0), picture.At(20, 40));
        Assert.Equal((0x20, 0x40, 0x60), picture.At(80, 40));
    }
}
