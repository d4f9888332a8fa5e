using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class MatteTests
{
    private const int Side = 64;

    [Theory]
    [InlineData(255, 255, 255, 0)]
    [InlineData(240, 240, 240, 0)]
    [InlineData(200, 30, 30, 255)]
    [InlineData(255, 255, 0, 255)]
    [InlineData(0, 0, 0, 255)]
    public void The_ground_is_white_unless_the_drawing_would_vanish_on_it(byte red, byte green, byte blue, byte ground)
    {
        foreach (var options in new[] { DecodeOptions.Default, new DecodeOptions { MinimumSide = 20 } })
        {
            var picture = PictureDecoder.Shared.Decode(Disc(red, green, blue), options).Picture!;
            var middle = picture.At(picture.Width / 2, picture.Height / 2);
            Assert.InRange(middle.Red, red - 1, red + 1);
            Assert.InRange(middle.Blue, blue - 1, blue + 1);
            var corner = picture.At(0, 0);
            Assert.Equal((ground, ground, ground), corner);
        }
    }

    [Fact]
    public void A_drawing_with_white_parts_keeps_its_white_paper()
    {
        // Half white, half dark blue.
        var samples = Samples((x, y) => Inside(x, y) ? x < Side / 2 ? [255, 255, 255, 255] : [20, 30, 90, 255] : [0, 0, 0, 0]);
        Assert.Equal((255, 255, 255), PictureDecoder.Shared.Decode(PictureBytes.PngWithAlpha(samples, Side, Side)).Picture!.At(0, 0));
    }

    [Fact]
    public void Alpha_that_hides_everything_is_passed_over()
    {
        var samples = Samples((x, y) => [(byte)(4 * x), (byte)(4 * y), 90, 0]);
        var picture = PictureDecoder.Shared.Decode(PictureBytes.PngWithAlpha(samples, Side, Side)).Picture!;
        Assert.Equal((40, 80, 90), picture.At(10, 20));
    }

    private static byte[] Disc(byte red, byte green, byte blue)
        => PictureBytes.PngWithAlpha(Samples((x, y) => Inside(x, y) ? [red, green, blue, 255] : [255, 255, 255, 0]), Side, Side);

    private static bool Inside(int x, int y) => ((x - 32) * (x - 32)) + ((y - 32) * (y - 32)) < 400;

    private static byte[] Samples(Func<int, int, byte[]> pixel) => [.. Enumerable.Range(0, Side * Side).SelectMany(i => pixel(i % Side, i / Side))];
}
