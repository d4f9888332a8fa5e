using Semblance.Imaging.Augmenting;
using Xunit;

namespace Semblance.Imaging.Tests.Augmenting;

public sealed class ColourChangesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.37)]
    [InlineData(1)]
    [InlineData(1.4)]
    [InlineData(3)]
    public void Brightness_contrast_and_saturation_follow_their_formulas(double factor)
    {
        var colours = Colours();
        var mean = colours.Chunk(3).Average(Grey);
        AgreesWithin(0.51, colours, pixels => ColourChanges.Brighten(pixels, factor), (value, _) => value * factor);
        AgreesWithin(0.51, colours, pixels => ColourChanges.Contrast(pixels, factor), (value, _) => mean + ((value - mean) * factor));
        // The grey of a pixel is rounded before it is mixed.
        AgreesWithin(0.51 + (0.5 * Math.Abs(1 - factor)), colours, pixels => ColourChanges.Saturate(pixels, factor), (value, pixel) => Grey(pixel) + ((value - Grey(pixel)) * factor));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1f)]
    [InlineData(-0.1f)]
    [InlineData(1 / 3f)]
    [InlineData(0.5f)]
    [InlineData(-0.5f)]
    public void Hue_turns_as_in_the_hexcone(float turns)
    {
        var colours = Colours();
        var turned = colours.ToArray();
        ColourChanges.TurnHue(turned, turns);
        for (var i = 0; i < colours.Length; i += 3)
        {
            var (hue, saturation, value) = ToHsv(colours[i], colours[i + 1], colours[i + 2]);
            var (red, green, blue) = FromHsv(hue + turns, saturation, value);
            Assert.InRange(turned[i], red - 0.51, red + 0.51);
            Assert.InRange(turned[i + 1], green - 0.51, green + 0.51);
            Assert.InRange(turned[i + 2], blue - 0.51, blue + 0.51);
        }
    }

    [Fact]
    public void Grey_has_no_hue_and_a_third_of_a_turn_makes_red_green()
    {
        byte[] pixels = [255, 0, 0, 90, 90, 90, 0, 0, 200];
        ColourChanges.TurnHue(pixels, 1 / 3f);
        Assert.Equal([0, 255, 0, 90, 90, 90, 200, 0, 0], pixels);
    }

    [Fact]
    public void Without_saturation_a_picture_is_grey_and_grey_never_changes()
    {
        var pixels = Colours();
        ColourChanges.Saturate(pixels, 0);
        Assert.All(pixels.Chunk(3), pixel => Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2]));
        var grey = pixels.ToArray();
        ColourChanges.Saturate(grey, 2.5);
        Assert.Equal(pixels, grey);
    }

    private static byte[] Colours()
    {
        int[] levels = [0, 1, 17, 60, 127, 128, 200, 254, 255];
        return [.. from red in levels from green in levels from blue in levels from level in new[] { red, green, blue } select (byte)level];
    }

    private static void AgreesWithin(double tolerance, byte[] colours, Action<byte[]> change, Func<double, byte[], double> formula)
    {
        var changed = colours.ToArray();
        change(changed);
        foreach (var (pixel, result) in colours.Chunk(3).Zip(changed.Chunk(3)))
        {
            for (var c = 0; c < 3; c++)
            {
                var expected = Math.Clamp(formula(pixel[c], pixel), 0, 255);
                Assert.InRange(result[c], expected - tolerance, expected + tolerance);
            }
        }
    }

    private static double Grey(byte[] pixel) => (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]);

    private static (double Hue, double Saturation, double Value) ToHsv(double red, double green, double blue)
    {
        var (most, least) = (Math.Max(red, Math.Max(green, blue)), Math.Min(red, Math.Min(green, blue)));
        var chroma = most - least;
        var sixths = chroma == 0 ? 0 : most == red ? (green - blue) / chroma : most == green ? 2 + ((blue - red) / chroma) : 4 + ((red - green) / chroma);
        return (sixths / 6, most == 0 ? 0 : chroma / most, most);
    }

    private static (double Red, double Green, double Blue) FromHsv(double hue, double saturation, double value)
    {
        var sixths = (hue - Math.Floor(hue)) * 6;
        var rest = sixths - Math.Floor(sixths);
        var (low, falling, rising) = (value * (1 - saturation), value * (1 - (saturation * rest)), value * (1 - (saturation * (1 - rest))));
        return (int)sixths switch
        {
            0 => (value, rising, low),
            1 => (falling, value, low),
            2 => (low, value, rising),
            3 => (low, falling, value),
            4 => (rising, low, value),
            _ => (value, low, falling),
        };
    }
}
