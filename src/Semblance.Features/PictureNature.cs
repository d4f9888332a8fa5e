using Semblance.Imaging;

namespace Semblance.Features;

/// <summary>What a picture is made of, as far as its colours show.</summary>
public enum PictureNature
{
    /// <summary>Many colours that change from pixel to pixel.</summary>
    Photograph,

    /// <summary>Without colour, or nearly.</summary>
    Grey,

    /// <summary>Mostly areas of one colour, as icons, drawings and screens have.</summary>
    Drawn,
}

/// <summary>Tells photographs from pictures whose colours follow other laws.</summary>
public static class PictureNatures
{
    // Looked at this small, so that the grain of the file's compression is gone.
    private const int Side = 96;

    // Mean distance between the largest and the smallest of a pixel's three levels.
    private const double LeastColour = 5;

    // Share of pixels equal to their right neighbour. A photograph may have half of them in its sky.
    private const double MostFlat = 0.65;
    private const int SameLevel = 1;

    /// <summary>O(pixels).</summary>
    public static PictureNature Of(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var small = picture.Resize(Side, Side);
        var pixels = small.Pixels.AsSpan();
        var (colour, flat) = (0L, 0);
        for (var y = 0; y < Side; y++)
        {
            var row = pixels.Slice(y * Side * 3, Side * 3);
            for (var x = 0; x < row.Length; x += 3)
            {
                colour += Math.Max(row[x], Math.Max(row[x + 1], row[x + 2])) - Math.Min(row[x], Math.Min(row[x + 1], row[x + 2]));
                if (x + 5 < row.Length && IsSame(row[x], row[x + 3]) && IsSame(row[x + 1], row[x + 4]) && IsSame(row[x + 2], row[x + 5]))
                    flat++;
            }
        }
        if (flat > MostFlat * Side * (Side - 1))
            return PictureNature.Drawn;
        return colour < LeastColour * Side * Side ? PictureNature.Grey : PictureNature.Photograph;
    }

    private static bool IsSame(byte left, byte right) => Math.Abs(left - right) <= SameLevel;
}
