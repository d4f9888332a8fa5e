using Semblance.Imaging.Resampling;

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

    /// <summary>Stretched to an exact size; Lanczos 3, antialiased where it shrinks.</summary>
    public Picture Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        return width == Width && height == Height
            ? this
            : new Picture(width, height, LanczosResampler.Resize(Pixels, Width, Height, width, height), Facts);
    }

    /// <summary>The part of a box that lies inside; the box is in pixels of this picture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The box and the picture do not meet.</exception>
    public Picture Crop(PictureBox box)
    {
        if (box.Within(Width, Height) is not { } inside)
            throw new ArgumentOutOfRangeException(nameof(box), $"The box {box} lies outside the picture, which has {Width} x {Height} pixels; a box is x,y,width,height.");
        var pixels = GC.AllocateUninitializedArray<byte>(inside.Width * inside.Height * 3);
        for (var y = 0; y < inside.Height; y++)
            Pixels.AsSpan((((inside.Y + y) * Width) + inside.X) * 3, inside.Width * 3).CopyTo(pixels.AsSpan(y * inside.Width * 3));
        return new Picture(inside.Width, inside.Height, pixels, Facts);
    }
}
