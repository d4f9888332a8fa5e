namespace Semblance.Imaging.Decoding;

/// <summary>
/// What to read of a picture and how large to make it, from its header alone. Boxes are in stored pixels, before the
/// orientation is applied; the target is upright.
/// </summary>
internal readonly record struct DecodePlan(PictureBox Stored, bool Whole, int TargetWidth, int TargetHeight, bool Turned)
{
    /// <summary>EXIF orientations 5 to 8 swap width and height.</summary>
    internal static bool IsTurned(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>The plan for a stored size, or null where the box asked for misses the picture.</summary>
    internal static DecodePlan? Make(int storedWidth, int storedHeight, int orientation, DecodeOptions options)
    {
        var turned = IsTurned(orientation);
        var (width, height) = turned ? (storedHeight, storedWidth) : (storedWidth, storedHeight);
        var all = new PictureBox(0, 0, width, height);
        if ((options.Box ?? all).Within(width, height) is not { } box)
            return null;
        var (targetWidth, targetHeight) = Target(box.Width, box.Height, options.MinimumSide);
        return new DecodePlan(ToStored(box, width, height, orientation), box == all, targetWidth, targetHeight, turned);
    }

    /// <summary>How many times the short side of the target fits into the box; at least 1.</summary>
    internal double Shrink => Math.Max(1, Math.Min(Stored.Width, Stored.Height) / (double)Math.Min(TargetWidth, TargetHeight));

    internal (int Width, int Height) StoredTarget => Turned ? (TargetHeight, TargetWidth) : (TargetWidth, TargetHeight);

    private static (int Width, int Height) Target(int width, int height, int minimumSide)
    {
        var shortSide = Math.Min(width, height);
        if (minimumSide <= 0 || shortSide <= minimumSide)
            return (width, height);
        var scale = minimumSide / (double)shortSide;
        return width <= height
            ? (minimumSide, (int)Math.Round(height * scale, MidpointRounding.AwayFromZero))
            : ((int)Math.Round(width * scale, MidpointRounding.AwayFromZero), minimumSide);
    }

    // The inverse of "turn the stored picture upright", for a rectangle. Orientation: EXIF 2.3, tag 0x0112.
    private static PictureBox ToStored(PictureBox box, int width, int height, int orientation)
    {
        var right = width - box.X - box.Width;
        var bottom = height - box.Y - box.Height;
        return orientation switch
        {
            2 => new PictureBox(right, box.Y, box.Width, box.Height),
            3 => new PictureBox(right, bottom, box.Width, box.Height),
            4 => new PictureBox(box.X, bottom, box.Width, box.Height),
            5 => new PictureBox(box.Y, box.X, box.Height, box.Width),
            6 => new PictureBox(box.Y, right, box.Height, box.Width),
            7 => new PictureBox(bottom, right, box.Height, box.Width),
            8 => new PictureBox(bottom, box.X, box.Height, box.Width),
            _ => box,
        };
    }
}
