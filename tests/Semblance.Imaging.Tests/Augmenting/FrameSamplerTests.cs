using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests.Augmenting;

public sealed class FrameSamplerTests
{
    private static readonly Rgb s_fill = new(200, 100, 50);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 17)]
    [InlineData(2, 40)]
    public void Nothing_asked_gives_the_same_pixels(int width, int height)
    {
        var picture = TestPictures.Noise(width, height, 3);
        Assert.Equal(picture.Pixels, FrameStep.Sample(picture, width, height, frame => frame).Pixels);
    }

    [Theory]
    [InlineData(BorderMode.Constant)]
    [InlineData(BorderMode.Edge)]
    [InlineData(BorderMode.Reflect)]
    public void Whole_shifts_and_flips_copy_pixels(BorderMode border)
    {
        var picture = TestPictures.Noise(13, 9, 4);
        foreach (var (right, down) in new[] { (0, 0), (3, -2), (-5, 8), (12, 1), (13, 0), (40, -40) })
        {
            for (var flips = 0; flips < 4; flips++)
            {
                var (across, upright) = ((flips & 1) > 0, (flips & 2) > 0);
                var sampled = FrameStep.Sample(picture, 13, 9, frame => Flip(frame, across, upright).Shift(right, down), border, s_fill);
                for (var y = 0; y < 9; y++)
                {
                    for (var x = 0; x < 13; x++)
                    {
                        var (fromX, fromY) = (x - right, y - down);
                        var expected = Pixel(picture, across ? 12 - fromX : fromX, upright ? 8 - fromY : fromY, border);
                        Assert.Equal(expected, sampled.At(x, y));
                    }
                }
            }
        }
    }

    [Fact]
    public void Quarter_turns_are_exact_and_counter_clockwise()
    {
        var picture = TestPictures.Noise(21, 21, 5);
        var quarter = FrameStep.Sample(picture, 21, 21, frame => frame.Rotate(90));
        for (var y = 0; y < 21; y++)
        {
            for (var x = 0; x < 21; x++)
                Assert.Equal(picture.At(20 - y, x), quarter.At(x, y));
        }
        var half = FrameStep.Sample(picture, 21, 21, frame => frame.Rotate(180));
        var flipped = FrameStep.Sample(picture, 21, 21, frame => frame.FlipHorizontal().FlipVertical());
        Assert.Equal(flipped.Pixels, half.Pixels);
        Assert.Equal(picture.Pixels, FrameStep.Sample(picture, 21, 21, frame => frame.Rotate(90).Rotate(-450).Rotate(360)).Pixels);
    }

    [Theory]
    [InlineData(BorderMode.Constant)]
    [InlineData(BorderMode.Edge)]
    [InlineData(BorderMode.Reflect)]
    public void Any_map_agrees_with_bilinear_interpolation_written_out_in_double(BorderMode border)
    {
        var picture = TestPictures.Noise(23, 17, 6);
        const double Turn = 27 * Math.PI / 180, Zoom = 1.4, Right = 1.3, Down = -2.6;
        const int Width = 19, Height = 29;
        var sampled = FrameStep.Sample(picture, Width, Height, frame => frame.Rotate(27).Zoom(Zoom).Shift(Right, Down).FlipHorizontal(), border, s_fill);
        var worst = 0.0;
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                // Backwards through the steps, each by its definition, from the target to the picture.
                var (u, v) = ((x + 0.5) * 23 / Width, (y + 0.5) * 17 / Height);
                (u, v) = (23 - u - Right, v - Down);
                (u, v) = (((u - 11.5) / Zoom) + 11.5, ((v - 8.5) / Zoom) + 8.5);
                (u, v) = (((u - 11.5) * Math.Cos(Turn)) - ((v - 8.5) * Math.Sin(Turn)) + 11.5, ((u - 11.5) * Math.Sin(Turn)) + ((v - 8.5) * Math.Cos(Turn)) + 8.5);
                for (var c = 0; c < 3; c++)
                    worst = Math.Max(worst, Math.Abs(Bilinear(picture, u - 0.5, v - 0.5, c, border) - sampled.Pixels[(((y * Width) + x) * 3) + c]));
            }
        }
        // Half a level of rounding, and 1/8192 of a pixel in each direction.
        Assert.InRange(worst, 0.3, 0.58);
    }

    [Fact]
    public void A_turned_ramp_is_a_ramp_in_the_turned_direction()
    {
        var ramp = TestPictures.Draw(100, 100, "ramp", (x, y) => ((byte)(x + y), (byte)(2 * x), (byte)(255 - (2 * y))));
        var turned = FrameStep.Sample(ramp, 100, 100, frame => frame.Rotate(30));
        for (var y = 30; y < 70; y++)
        {
            for (var x = 30; x < 70; x++)
            {
                // x of the picture grows along (cos, −sin) once it is turned counter-clockwise, with y downwards.
                var fromX = ((x - 49.5) * Math.Cos(Math.PI / 6)) - ((y - 49.5) * Math.Sin(Math.PI / 6)) + 49.5;
                Assert.InRange(turned.At(x, y).Green, (2 * fromX) - 0.6, (2 * fromX) + 0.6);
            }
        }
    }

    [Fact]
    public void A_whole_part_is_what_crop_and_resize_give()
    {
        var picture = TestPictures.Scene(90, 70, 1, 1);
        var expected = picture.Crop(new PictureBox(11, 7, 60, 41)).Resize(32, 24);
        Assert.Equal(expected.Pixels, FrameStep.Sample(picture, 32, 24, frame => frame.Crop(11, 7, 60, 41)).Pixels);
        var mirrored = FrameStep.Sample(picture, 32, 24, frame => frame.Crop(11, 7, 60, 41).FlipHorizontal());
        var upsideDown = FrameStep.Sample(picture, 32, 24, frame => frame.FlipVertical().Crop(11, 70 - 7 - 41, 60, 41));
        for (var y = 0; y < 24; y++)
        {
            for (var x = 0; x < 32; x++)
            {
                Assert.Equal(expected.At(31 - x, y), mirrored.At(x, y));
                Assert.Equal(expected.At(x, 23 - y), upsideDown.At(x, y));
            }
        }
    }

    [Fact]
    public void Shrinking_while_turning_gives_no_moire()
    {
        var stripes = TestPictures.Draw(300, 300, "stripes", (x, _) => x % 2 == 0 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255));
        var small = FrameStep.Sample(stripes, 80, 80, frame => frame.Rotate(10));
        for (var i = 20; i < 60; i++)
            Assert.InRange(small.At(i, 80 - i).Red, 118, 137);
    }

    [Fact]
    public void What_lies_wholly_outside_has_the_borders_colour()
    {
        var picture = TestPictures.Noise(20, 20, 1);
        foreach (var change in new Func<PictureFrame, PictureFrame>[] { frame => frame.Shift(1e12, 0).Rotate(20), frame => frame.Shift(50.5, 0), frame => frame.Crop(-1e9, -1e9, 10, 10).Rotate(45) })
            Assert.All(FrameStep.Sample(picture, 8, 8, change, BorderMode.Constant, s_fill).Pixels.Chunk(3), pixel => Assert.Equal([200, 100, 50], pixel));
    }

    [Fact]
    public void The_smallest_and_the_longest_pictures_survive_every_map()
    {
        foreach (var (width, height) in new[] { (1, 1), (1, 300), (300, 1), (2, 2) })
        {
            var plain = TestPictures.Solid(width, height, 200, 100, 50);
            foreach (var border in Enum.GetValues<BorderMode>())
            {
                for (var degrees = -180; degrees <= 180; degrees += 20)
                    Assert.All(FrameStep.Sample(plain, 9, 5, frame => frame.Rotate(degrees).Zoom(0.3).Shift(0.7, 100), border, s_fill).Pixels.Chunk(3), pixel => Assert.Equal([200, 100, 50], pixel));
            }
        }
    }

    private static PictureFrame Flip(PictureFrame frame, bool across, bool upright)
    {
        frame = across ? frame.FlipHorizontal() : frame;
        return upright ? frame.FlipVertical() : frame;
    }

    private static (byte Red, byte Green, byte Blue) Pixel(Picture picture, int x, int y, BorderMode border)
    {
        if (border == BorderMode.Constant && (x < 0 || y < 0 || x >= picture.Width || y >= picture.Height))
            return (s_fill.Red, s_fill.Green, s_fill.Blue);
        return picture.At(Inside(x, picture.Width, border), Inside(y, picture.Height, border));
    }

    private static int Inside(int place, int length, BorderMode border)
    {
        if (border == BorderMode.Edge)
            return Math.Clamp(place, 0, length - 1);
        // Walked, not computed: turn round at each end.
        var (at, step) = (0, 1);
        for (var i = 0; i < Math.Abs(place); i++)
        {
            if (at + step < 0 || at + step >= length)
                step = -step;
            at += step;
        }
        return at;
    }

    private static double Bilinear(Picture picture, double x, double y, int channel, BorderMode border)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        double At(int column, int row) => Pixel(picture, column, row, border) is var pixel && channel == 0 ? pixel.Red : channel == 1 ? pixel.Green : pixel.Blue;
        var (right, bottom) = (x - left, y - top);
        return ((1 - bottom) * (((1 - right) * At(left, top)) + (right * At(left + 1, top)))) + (bottom * (((1 - right) * At(left, top + 1)) + (right * At(left + 1, top + 1))));
    }
}
