using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Second;

public sealed class RawTests
{
    private static readonly Picture s_scene = TestPictures.Scene(640, 480, classIndex: 2, seed: 4);

    [Fact]
    public void The_rendering_inside_is_taken_and_the_facts_are_those_of_the_raw_file()
    {
        var rendering = s_scene.Resize(320, 240);
        var picture = Decoded(RawBytes.Dng(s_scene, rendering), new DecodeOptions { MinimumSide = 120 });
        Assert.Equal("dng", picture.Facts.Format);
        Assert.Equal((640, 480), (picture.Facts.Width, picture.Facts.Height));
        Assert.Equal("Semblance Test", picture.Facts.Camera);
        Assert.Equal((160, 120), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(s_scene.Resize(160, 120), picture), 0, 3);
    }

    [Fact]
    public void Without_a_rendering_the_samples_are_developed()
    {
        var picture = Decoded(RawBytes.Dng(s_scene, null), new DecodeOptions { MinimumSide = 64 });
        // Developing chooses its own brightness and curve: the shapes are the scene's, not every level.
        Assert.InRange(Correlation(s_scene.Resize(64, 48), picture.Resize(64, 48)), 0.9, 1);
    }

    [Fact]
    public void A_rendering_smaller_than_what_is_needed_gives_way_to_the_samples()
    {
        // The rendering is of something else, so that the test sees which of the two was taken.
        var icon = TestPictures.Solid(160, 120, 200, 20, 20);
        Assert.InRange(Correlation(s_scene.Resize(64, 48), Decoded(RawBytes.Dng(s_scene, icon), new DecodeOptions { MinimumSide = 224 }).Resize(64, 48)), 0.9, 1);
        Assert.InRange(Decoded(RawBytes.Dng(s_scene, icon), new DecodeOptions { MinimumSide = 100 }).At(20, 20).Red, 195, 205);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("cut and ended")]
    [InlineData("cut and filled")]
    [InlineData("hole")]
    public void A_rendering_that_breaks_off_gives_way_to_the_samples(string damage)
    {
        // The rendering is of something else, so that the test sees which of the two was taken.
        var other = TestPictures.Scene(640, 480, classIndex: 5, seed: 9);
        byte[] Damage(byte[] jpeg)
        {
            var begin = jpeg[..(jpeg.Length / 2)];
            return damage switch
            {
                "cut" => begin,
                "cut and ended" => [.. begin, 0xFF, 0xD9],
                "cut and filled" => [.. begin, .. new byte[jpeg.Length / 3]],
                _ => [.. begin, .. jpeg[(jpeg.Length * 3 / 4)..]],
            };
        }
        // The other scene's samples hold no byte that looks like a marker.
        var halves = new Picture(640, 480, [.. Enumerable.Range(0, 640 * 480 * 3).Select(i => (byte)(i % 1920 < 960 ? 90 : 150))], s_scene.Facts);
        foreach (var scene in new[] { s_scene, halves })
        {
            var expected = Decoded(RawBytes.Dng(scene, null), new DecodeOptions { MinimumSide = 200 });
            Assert.Equal(expected.Pixels, Decoded(RawBytes.Dng(scene, other, change: Damage), new DecodeOptions { MinimumSide = 200 }).Pixels);
        }
        Assert.InRange(TestPictures.Difference(other.Resize(160, 120), Decoded(RawBytes.Dng(s_scene, other), new DecodeOptions { MinimumSide = 120 })), 0, 3);
    }

    [Fact]
    public void A_smaller_rendering_stands_in_for_one_that_breaks_off()
    {
        var small = TestPictures.Scene(320, 240, classIndex: 5, seed: 9);
        var bytes = RawBytes.Dng(s_scene, s_scene, change: jpeg => [.. jpeg[..(jpeg.Length / 2)], .. PictureBytes.Jpeg(small)]);
        Assert.InRange(TestPictures.Difference(small.Resize(160, 120), Decoded(bytes, new DecodeOptions { MinimumSide = 120 })), 0, 3);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(6, true)]
    [InlineData(8, false)]
    [InlineData(3, false)]
    public void A_rendering_is_turned_once_by_its_own_orientation_or_the_files(int orientation, bool renderingHasExif)
    {
        var upright = s_scene.Resize(320, 240);
        var picture = Decoded(RawBytes.Dng(TestExif.Stored(s_scene, orientation), TestExif.Stored(upright, orientation), orientation, renderingHasExif), new DecodeOptions { MinimumSide = 120 });
        Assert.Equal((640, 480), (picture.Facts.Width, picture.Facts.Height));
        Assert.InRange(TestPictures.Difference(upright.Resize(160, 120), picture), 0, 3);
    }

    [Fact]
    public void A_rendering_stored_upright_is_not_turned_again()
    {
        var portrait = TestPictures.Scene(240, 320, classIndex: 2, seed: 4);
        var picture = Decoded(RawBytes.Dng(TestExif.Stored(TestPictures.Scene(480, 640, classIndex: 2, seed: 4), 6), portrait, 6), new DecodeOptions { MinimumSide = 120 });
        Assert.Equal((120, 160), (picture.Width, picture.Height));
        Assert.InRange(TestPictures.Difference(portrait.Resize(120, 160), picture), 0, 3);
    }

    [Fact]
    public void A_box_is_in_pixels_of_the_raw_picture()
    {
        var rendering = s_scene.Resize(320, 240);
        var box = new PictureBox(320, 240, 200, 160);
        var picture = Decoded(RawBytes.Dng(s_scene, rendering), new DecodeOptions { MinimumSide = 80, Box = box });
        Assert.InRange(TestPictures.Difference(s_scene.Crop(box).Resize(100, 80), picture.Resize(100, 80)), 0, 6);
    }

    [Fact]
    public void A_rendering_beyond_the_limit_is_not_decoded()
    {
        var failure = PictureDecoder.Shared.Decode(RawBytes.Dng(s_scene, s_scene), new DecodeOptions { MinimumSide = 120, MaxMegapixels = 0.2 }).Failure;
        Assert.Equal(DecodeFailureReason.TooLarge, failure?.Reason);
    }

    private static Picture Decoded(byte[] bytes, DecodeOptions options)
    {
        var result = PictureDecoder.Shared.Decode(bytes, options);
        Assert.True(result.Succeeded, result.Failure?.Message);
        return result.Picture;
    }

    private static double Correlation(Picture a, Picture b)
    {
        var (x, y) = (a.Pixels.Select(value => (double)value).ToArray(), b.Pixels.Select(value => (double)value).ToArray());
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (u, v) => (u - meanX) * (v - meanY)).Sum() / Math.Sqrt(x.Sum(u => (u - meanX) * (u - meanX)) * y.Sum(v => (v - meanY) * (v - meanY)));
    }
}
