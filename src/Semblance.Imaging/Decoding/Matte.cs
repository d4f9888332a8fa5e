namespace Semblance.Imaging.Decoding;

/// <summary>
/// Lays translucent pixels over one colour. That is white, as paper and most pages are, unless what the picture shows would
/// vanish on it: then it is black, so that a white drawing on a transparent ground keeps its shape. Measured on the picture's
/// own pixels, weighted by how opaque they are. Where alpha hides every pixel and the colours below differ, it is no alpha (some
/// writers leave it 0), and the colours count as they are.
/// </summary>
internal static class Matte
{
    /// <summary>
    /// How far from white, in the channel that is farthest, the opaque pixels must lie on average. Pale yellow and pink lie
    /// beyond it, white with soft shades does not.
    /// </summary>
    private const int Faintest = 48;

    /// <param name="pixels">RGBA, alpha not multiplied in.</param>
    /// <returns>RGB.</returns>
    internal static byte[] Lay(ReadOnlySpan<byte> pixels)
    {
        var count = pixels.Length / 4;
        long opacity = 0;
        long distance = 0;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            int alpha = pixels[i + 3];
            opacity += alpha;
            distance += alpha * (255 - Math.Min(pixels[i], Math.Min(pixels[i + 1], pixels[i + 2])));
        }
        var ground = distance < Faintest * opacity ? 0 : 255;
        var ignoresAlpha = opacity == 0 && !IsOneColour(pixels);
        var laid = GC.AllocateUninitializedArray<byte>(count * 3);
        for (var i = 0; i < count; i++)
        {
            var from = 4 * i;
            var alpha = ignoresAlpha ? 255 : pixels[from + 3];
            for (var channel = 0; channel < 3; channel++)
                laid[(3 * i) + channel] = (byte)(((pixels[from + channel] * alpha) + (ground * (255 - alpha)) + 127) / 255);
        }
        return laid;
    }

    private static bool IsOneColour(ReadOnlySpan<byte> pixels) => pixels[4..].SequenceEqual(pixels[..^4]);
}
