using Semblance.Imaging;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// How much of a picture has which colour: shares of 8 hues x 8 saturations x 8 values, square-rooted, so that the dot
/// product of two of them is the Bhattacharyya coefficient of the colour distributions (1 for equal ones) and the length is 1.
/// Blind to shape; a strong baseline for products and a weak one for object categories. O(pixels).
/// </summary>
public sealed class HsvHistogram : IEmbedder
{
    private const int Bins = 8;
    private const string Settings = "hsv histogram 8x8x8, uniform bins over hue, saturation, value, square root; version 1";

    /// <summary>Of every such histogram. Shares of colours hardly change with resolution; more pixels would only cost time.</summary>
    public static EmbedderDescription About { get; } =
        EmbedderDescription.OfDescriptor("hsv", Settings, SpaceKind.Float, Bins * Bins * Bins, Metric.Cosine, new PictureNeeds(128)) with { SeesShape = false };

    public EmbedderDescription Description => About;

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var vectors = new Matrix(pictures.Count, About.Dimension);
        for (var i = 0; i < pictures.Count; i++)
            Describe(pictures[i], vectors.Row(i));
        return vectors;
    }

    public void Dispose()
    {
    }

    /// <summary>Bin of a pixel: hue slowest, then saturation, then value. A pixel without saturation has hue 0.</summary>
    private static int Bin(byte red, byte green, byte blue)
    {
        int value = Math.Max(red, Math.Max(green, blue));
        var range = value - Math.Min(red, Math.Min(green, blue));
        // Hue in sixths of the circle times range, kept whole so that a colour on a border falls the same way everywhere.
        var sixths = range == 0 ? 0
            : value == red ? green - blue + (green < blue ? 6 * range : 0)
            : value == green ? blue - red + (2 * range)
            : red - green + (4 * range);
        var hueBin = range == 0 ? 0 : Math.Min(Bins - 1, Bins * sixths / (6 * range));
        var saturationBin = value == 0 ? 0 : Math.Min(Bins - 1, Bins * range / value);
        var valueBin = Bins * value / 256;
        return (((hueBin * Bins) + saturationBin) * Bins) + valueBin;
    }

    private static void Describe(Picture picture, Span<float> vector)
    {
        Span<int> counts = stackalloc int[Bins * Bins * Bins];
        counts.Clear();
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i += 3)
            counts[Bin(pixels[i], pixels[i + 1], pixels[i + 2])]++;
        var scale = 1.0 / (pixels.Length / 3);
        for (var i = 0; i < counts.Length; i++)
            vector[i] = (float)Math.Sqrt(counts[i] * scale);
    }
}
