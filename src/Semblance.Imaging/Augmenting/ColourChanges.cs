using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Imaging.Augmenting;

/// <summary>Colour changes of RGB pixels <c>[n, 3]</c> in place, each rounded and clamped to 0…255.</summary>
internal static class ColourChanges
{
    // Rec. 601 in 1/65536; together exactly 1, so that grey stays grey.
    private const int RedShare = 19595;
    private const int GreenShare = 38470;
    private const int BlueShare = 7471;

    /// <summary>v · factor.</summary>
    public static void Brighten(Span<byte> pixels, double factor)
    {
        Span<byte> table = stackalloc byte[256];
        for (var value = 0; value < table.Length; value++)
            table[value] = Round(value * factor);
        Map(pixels, table);
    }

    /// <summary>m + (v − m) · factor, where m is the picture's mean grey.</summary>
    public static void Contrast(Span<byte> pixels, double factor)
    {
        var mean = MeanGrey(pixels);
        Span<byte> table = stackalloc byte[256];
        for (var value = 0; value < table.Length; value++)
            table[value] = Round(mean + ((value - mean) * factor));
        Map(pixels, table);
    }

    /// <summary>g + (v − g) · factor, where g is the pixel's grey.</summary>
    public static void Saturate(Span<byte> pixels, double factor)
    {
        var scale = (int)Math.Round(factor * 65536);
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            var (red, green, blue) = (pixel[0], pixel[1], pixel[2]);
            var grey = Grey(red, green, blue);
            pixel[2] = Saturated(grey, blue, scale);
            pixel[1] = Saturated(grey, green, scale);
            pixel[0] = Saturated(grey, red, scale);
        }

        static byte Saturated(int grey, int value, int scale) => (byte)Math.Clamp(grey + ((((value - grey) * scale) + 32768) >> 16), 0, 255);
    }

    /// <summary>
    /// The hue of HSV turned; value and saturation are kept. Only the middle of the three channels and their order change, so the
    /// pixel is rebuilt from its greatest and least channel.
    /// </summary>
    /// <param name="turns">−0.5 to 0.5.</param>
    public static void TurnHue(Span<byte> pixels, float turns)
    {
        var shift = (turns * 6) + 6;
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            int red = pixel[0], green = pixel[1], blue = pixel[2];
            var most = Math.Max(red, Math.Max(green, blue));
            var least = Math.Min(red, Math.Min(green, blue));
            var chroma = most - least;
            if (chroma == 0)
                continue;
            var hue = most == red ? (green - blue) / (float)chroma : most == green ? 2 + ((blue - red) / (float)chroma) : 4 + ((red - green) / (float)chroma);
            // From −1…5 by 3…9 to 2…14; sixths of a turn count from 0 to 6.
            hue += shift;
            if (hue >= 12)
                hue -= 12;
            else if (hue >= 6)
                hue -= 6;
            pixel[2] = (byte)(most - Fall(1 + hue, chroma));
            pixel[1] = (byte)(most - Fall(3 + hue, chroma));
            pixel[0] = (byte)(most - Fall(5 + hue, chroma));
        }

        // Smith's formula (1978) in the form without cases: a channel lies below the greatest by chroma · clamp(min(k, 4 − k), 0, 1).
        static int Fall(float k, int chroma)
        {
            if (k >= 6)
                k -= 6;
            return (int)((chroma * Math.Clamp(Math.Min(k, 4 - k), 0, 1)) + 0.5f);
        }
    }

    internal static int Grey(int red, int green, int blue) => ((RedShare * red) + (GreenShare * green) + (BlueShare * blue) + 32768) >> 16;

    private static double MeanGrey(ReadOnlySpan<byte> pixels)
    {
        long red = 0, green = 0, blue = 0;
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            red += pixel[0];
            green += pixel[1];
            blue += pixel[2];
        }
        return ((RedShare * (double)red) + (GreenShare * (double)green) + (BlueShare * (double)blue)) / 65536 / (pixels.Length / 3);
    }

    // A byte cannot leave a table of 256.
    private static void Map(Span<byte> pixels, ReadOnlySpan<byte> table)
    {
        ref var first = ref MemoryMarshal.GetReference(table);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = Unsafe.Add(ref first, pixels[i]);
    }

    private static byte Round(double value) => (byte)Math.Clamp((int)Math.Floor(value + 0.5), 0, 255);
}
