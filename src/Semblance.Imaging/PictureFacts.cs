namespace Semblance.Imaging;

/// <summary>What a picture's file says about itself, read without decoding the pixels.</summary>
/// <param name="Format">Format by content, lower case: <c>jpeg</c>, <c>png</c>, <c>webp</c>, ...</param>
/// <param name="Width">Width of the upright original in pixels.</param>
/// <param name="Height">Height of the upright original in pixels.</param>
/// <param name="Orientation">EXIF orientation 1 to 8; 1 where the file has none.</param>
/// <param name="Frames">Pages of an animation or document; the first is the one decoded.</param>
/// <param name="Photo">What camera and programs wrote into it; null where nothing was read.</param>
public sealed record PictureFacts(
    string Format,
    int Width,
    int Height,
    int Orientation = 1,
    bool HasAlpha = false,
    int Frames = 1,
    bool HasProfile = false,
    PhotoFacts? Photo = null)
{
    /// <inheritdoc cref="PhotoFacts.Taken"/>
    public DateTime? Taken => Photo?.Taken;

    /// <inheritdoc cref="PhotoFacts.Camera"/>
    public string? Camera => Photo?.Camera;
}
