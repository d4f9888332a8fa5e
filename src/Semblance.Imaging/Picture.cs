namespace Semblance.Imaging;

/// <summary>
/// Decoded pixels: RGB, 8 bits a channel, sRGB, upright, row-major <c>[Height, Width, 3]</c> without padding,
/// together with what its file said about itself.
/// </summary>
public sealed class Picture
{
    public Picture(int width, int height, byte[] pixels, PictureFacts facts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != checked(width * height * 3))
            throw new ArgumentException($"A {width} x {height} picture needs {width * height * 3} bytes of RGB and got {pixels.Length}.", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
        Facts = facts;
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    public PictureFacts Facts { get; }
}
