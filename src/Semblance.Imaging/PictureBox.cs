using System.Globalization;

namespace Semblance.Imaging;

/// <summary>A rectangle in pixels of the upright original; the origin is its top left corner.</summary>
public readonly record struct PictureBox(int X, int Y, int Width, int Height)
{
    /// <summary>Reads <c>x,y,w,h</c>: four whole numbers, none negative, width and height at least 1.</summary>
    public static bool TryParse(string? text, out PictureBox box)
    {
        box = default;
        var parts = (text ?? "").Split(',');
        if (parts.Length != 4)
            return false;
        Span<int> numbers = stackalloc int[4];
        for (var i = 0; i < 4; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        box = new PictureBox(numbers[0], numbers[1], numbers[2], numbers[3]);
        return box.Width > 0 && box.Height > 0;
    }

    /// <summary>The part of the box that lies inside a picture, or null where the two do not meet.</summary>
    public PictureBox? Within(int pictureWidth, int pictureHeight)
    {
        var left = Math.Max(X, 0);
        var top = Math.Max(Y, 0);
        var right = Math.Min((long)X + Width, pictureWidth);
        var bottom = Math.Min((long)Y + Height, pictureHeight);
        return right > left && bottom > top ? new PictureBox(left, top, (int)right - left, (int)bottom - top) : null;
    }

    public override string ToString() => $"{X},{Y},{Width},{Height}";
}
