using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class HsvHistogramTests
{
    [Fact]
    public void Bins_follow_the_definition_of_hue_saturation_and_value()
    {
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var (r, g, b) = ((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            var (hue, saturation, value) = Naive(r, g, b);
            // On a border between bins the two may round apart; anywhere else they agree.
            if (NearBorder(hue * 8) || NearBorder(saturation * 8))
                continue;
            var expected = (((int)(hue * 8) * 8) + Math.Min(7, (int)(saturation * 8))) * 8 + (int)(value * 8 * 255 / 256);
            Assert.Equal(expected, Bin(r, g, b));
        }
    }

    [Theory]
    [InlineData(255, 0, 0, 0, 7, 7)]
    [InlineData(0, 255, 0, 2, 7, 7)]
    [InlineData(0, 0, 255, 5, 7, 7)]
    [InlineData(255, 0, 1, 7, 7, 7)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(255, 255, 255, 0, 0, 7)]
    [InlineData(127, 127, 127, 0, 0, 3)]
    public void Known_colours_fall_into_their_bins(byte red, byte green, byte blue, int hue, int saturation, int value)
        => Assert.Equal((((hue * 8) + saturation) * 8) + value, Bin(red, green, blue));

    [Fact]
    public void A_vector_holds_square_roots_of_shares()
    {
        // Three quarters red, one quarter white.
        var picture = TestPictures.Draw(40, 40, "shares", (x, _) => x < 30 ? ((byte)255, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255));
        using var embedder = new HsvHistogram();
        var vector = embedder.Embed([picture]).Row(0).ToArray();
        Assert.Equal(512, embedder.Description.Dimension);
        Assert.Equal(Math.Sqrt(0.75), vector[Bin(255, 0, 0)], 6);
        Assert.Equal(0.5, vector[Bin(255, 255, 255)], 6);
        Assert.Equal(1, vector.Sum(x => x * x), 5);
    }

    [Fact]
    public void Pictures_of_one_class_lie_nearer_than_those_of_others()
    {
        var pictures = Enumerable.Range(0, 12).Select(i => TestPictures.Scene(96, 72, i / 2, i)).ToArray();
        using var embedder = new HsvHistogram();
        Nearest.AssertIsTheOtherOfThePair(embedder.Embed(pictures), allowedMisses: 2);
    }

    private static int Bin(byte red, byte green, byte blue)
    {
        using var embedder = new HsvHistogram();
        return embedder.Embed([TestPictures.Solid(1, 1, red, green, blue)]).Row(0).IndexOf(1f);
    }

    private static bool NearBorder(double scaled) => Math.Abs(scaled - Math.Round(scaled)) < 1e-9;

    private static (double Hue, double Saturation, double Value) Naive(byte red, byte green, byte blue)
    {
        var (r, g, b) = (red / 255.0, green / 255.0, blue / 255.0);
        var max = Math.Max(r, Math.Max(g, b));
        var delta = max - Math.Min(r, Math.Min(g, b));
        var hue = delta == 0 ? 0 : max == r ? (((g - b) / delta) + 6) % 6 : max == g ? ((b - r) / delta) + 2 : ((r - g) / delta) + 4;
        return (hue / 6, max == 0 ? 0 : delta / max, max);
    }
}
