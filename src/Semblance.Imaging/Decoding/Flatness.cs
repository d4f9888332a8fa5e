namespace Semblance.Imaging.Decoding;

/// <summary>Tells pixels of one colour. A step of one level counts as none: it is what rounding leaves of a flat picture.</summary>
internal static class Flatness
{
    private const int Step = 1;

    /// <param name="pixels">RGB. Ends at the first pixel that differs, which in a photo is one of the first.</param>
    internal static bool IsFlat(ReadOnlySpan<byte> pixels)
    {
        Span<byte> low = [pixels[0], pixels[1], pixels[2]];
        Span<byte> high = [pixels[0], pixels[1], pixels[2]];
        for (var i = 3; i < pixels.Length; i += 3)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var value = pixels[i + channel];
                if (value < low[channel])
                    low[channel] = value;
                else if (value > high[channel])
                    high[channel] = value;
                else
                    continue;
                if (high[channel] - low[channel] > Step)
                    return false;
            }
        }
        return true;
    }
}
