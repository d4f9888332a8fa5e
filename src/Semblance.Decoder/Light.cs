namespace Semblance.Decoder;

/// <summary>
/// Pixels of OpenEXR are amounts of light, with alpha multiplied in; the library hands them out as they are and calls them sRGB.
/// Here they become what all other formats have: colours coded for a screen (IEC 61966-2-1), alpha apart.
/// </summary>
internal static class Light
{
    private static readonly byte[] s_coded = [.. Enumerable.Range(0, 256).Select(value => Coded(value / 255.0))];

    /// <param name="pixels">RGB or RGBA, changed in place.</param>
    internal static void ToSrgb(Span<byte> pixels, int bands)
    {
        for (var i = 0; i < pixels.Length; i += bands)
        {
            var alpha = bands == 4 ? pixels[i + 3] : byte.MaxValue;
            for (var channel = 0; channel < 3; channel++)
            {
                var light = alpha is 0 or byte.MaxValue ? pixels[i + channel] : Math.Min(byte.MaxValue, pixels[i + channel] * 255 / alpha);
                pixels[i + channel] = s_coded[light];
            }
        }
    }

    private static byte Coded(double light)
        => (byte)Math.Round(255 * (light <= 0.0031308 ? 12.92 * light : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055));
}
