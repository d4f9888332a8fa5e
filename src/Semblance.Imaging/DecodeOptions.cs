namespace Semblance.Imaging;

/// <summary>How much of a picture to decode, and how large a picture to accept.</summary>
public sealed record DecodeOptions
{
    public static DecodeOptions Default { get; } = new();

    /// <summary>
    /// Shortest side in pixels that the caller needs, of the box when there is one. The decoder then shrinks while it reads,
    /// keeps the proportions and never enlarges. 0 decodes at full size.
    /// </summary>
    public int MinimumSide { get; init; }

    /// <summary>Largest width x height, in millions of pixels, that is decoded; checked against the header, before any pixel.</summary>
    public double MaxMegapixels { get; init; } = 100;

    /// <summary>The part to decode, in pixels of the upright original; the part of it outside the picture is left out.</summary>
    public PictureBox? Box { get; init; }
}
