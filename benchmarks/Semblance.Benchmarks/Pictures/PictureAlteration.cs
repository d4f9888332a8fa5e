using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Benchmarks.Pictures;

/// <summary>What people do to a picture before they pass it on; each is one kind of copy that a search must see through.</summary>
/// <param name="Name">The kind, as tables print it.</param>
/// <param name="Quality">JPEG quality that the copy is saved with.</param>
/// <param name="Apply">From the whole picture to the altered one; the random numbers place crops, turns and borders.</param>
internal sealed record PictureAlteration(string Name, int Quality, Func<Picture, SeededRandom, Picture> Apply)
{
    private const int UsualQuality = 90;

    public static IReadOnlyList<PictureAlteration> All { get; } =
    [
        new("half size", UsualQuality, (picture, _) => Scaled(picture, 0.5)),
        new("quarter size", UsualQuality, (picture, _) => Scaled(picture, 0.25)),
        new("JPEG q50", 50, (picture, _) => picture),
        new("JPEG q30", 30, (picture, _) => picture),
        new("grey", UsualQuality, (picture, _) => Grey(picture)),
        new("brighter", UsualQuality, (picture, _) => Brightened(picture, 1.4)),
        new("darker", UsualQuality, (picture, _) => Brightened(picture, 0.6)),
        new("watermark", UsualQuality, (picture, _) => Watermarked(picture)),
        new("border of 12 %", UsualQuality, Bordered),
        new("turned by 5 degrees", UsualQuality, Turned),
        new("mirrored", UsualQuality, (picture, _) => Pixels(picture, (x, y, _, c) => picture.Pixels[Place(picture, picture.Width - 1 - x, y) + c])),
        new("crop of 50 %", UsualQuality, (picture, random) => picture.Crop(RandomBox(picture.Width, picture.Height, 0.5, random))),
        new("crop of 75 %", UsualQuality, (picture, random) => picture.Crop(RandomBox(picture.Width, picture.Height, 0.75, random))),
    ];

    /// <summary>A box whose sides are this part of the picture's, anywhere in it.</summary>
    public static PictureBox RandomBox(int pictureWidth, int pictureHeight, double part, SeededRandom random)
    {
        var (width, height) = (Side(pictureWidth, part), Side(pictureHeight, part));
        return new PictureBox(random.NextInt(pictureWidth - width + 1), random.NextInt(pictureHeight - height + 1), width, height);
    }

    private static int Side(int side, double part) => Math.Max(1, (int)Math.Round(side * part));

    private static int Place(Picture picture, int x, int y) => ((y * picture.Width) + x) * 3;

    private static Picture Scaled(Picture picture, double factor) => picture.Resize(Side(picture.Width, factor), Side(picture.Height, factor));

    private static Picture Grey(Picture picture) => Pixels(picture, (_, _, place, _) =>
        Byte((0.299 * picture.Pixels[place]) + (0.587 * picture.Pixels[place + 1]) + (0.114 * picture.Pixels[place + 2])));

    private static Picture Brightened(Picture picture, double factor) => Pixels(picture, (_, _, place, c) => Byte(factor * picture.Pixels[place + c]));

    /// <summary>Half-transparent white bars along the diagonal, as a line of letters would lie there.</summary>
    private static Picture Watermarked(Picture picture) => Pixels(picture, (x, y, place, c) =>
    {
        var (across, down) = ((double)x / picture.Width, (double)y / picture.Height);
        var inked = Math.Abs(across - down) < 0.08 && (int)(across * 16) % 2 == 0;
        return inked ? Byte((0.5 * picture.Pixels[place + c]) + 127) : picture.Pixels[place + c];
    });

    /// <summary>A plain border around the picture, 12 % of its sides wide, white or black.</summary>
    private static Picture Bordered(Picture picture, SeededRandom random)
    {
        var (left, top) = (Side(picture.Width, 0.12), Side(picture.Height, 0.12));
        var (width, height) = (picture.Width + (2 * left), picture.Height + (2 * top));
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(random.NextInt(2) == 0 ? byte.MinValue : byte.MaxValue);
        for (var y = 0; y < picture.Height; y++)
            picture.Pixels.AsSpan(Place(picture, 0, y), picture.Width * 3).CopyTo(pixels.AsSpan((((y + top) * width) + left) * 3));
        return new Picture(width, height, pixels, picture.Facts);
    }

    /// <summary>Turned about its centre, either way, in the same frame; the corners that open are black.</summary>
    private static Picture Turned(Picture picture, SeededRandom random)
    {
        var (sine, cosine) = Math.SinCos((random.NextInt(2) == 0 ? 5 : -5) * Math.PI / 180);
        var (centreX, centreY) = ((picture.Width - 1) / 2.0, (picture.Height - 1) / 2.0);
        return Pixels(picture, (x, y, _, c) =>
        {
            var fromX = (cosine * (x - centreX)) + (sine * (y - centreY)) + centreX;
            var fromY = (cosine * (y - centreY)) - (sine * (x - centreX)) + centreY;
            if (fromX < 0 || fromY < 0 || fromX > picture.Width - 1 || fromY > picture.Height - 1)
                return 0;
            var (left, top) = ((int)fromX, (int)fromY);
            var (right, bottom) = (Math.Min(left + 1, picture.Width - 1), Math.Min(top + 1, picture.Height - 1));
            var upper = Between(picture.Pixels[Place(picture, left, top) + c], picture.Pixels[Place(picture, right, top) + c], fromX - left);
            var lower = Between(picture.Pixels[Place(picture, left, bottom) + c], picture.Pixels[Place(picture, right, bottom) + c], fromX - left);
            return Byte(Between(upper, lower, fromY - top));
        });
    }

    private static double Between(double a, double b, double share) => a + (share * (b - a));

    /// <param name="value">From column, row, place of the pixel's first byte and channel to the new byte.</param>
    private static Picture Pixels(Picture picture, Func<int, int, int, int, byte> value)
    {
        var pixels = new byte[picture.Pixels.Length];
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var place = Place(picture, x, y);
                for (var c = 0; c < 3; c++)
                    pixels[place + c] = value(x, y, place, c);
            }
        }
        return new Picture(picture.Width, picture.Height, pixels, picture.Facts);
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), byte.MinValue, byte.MaxValue);
}
