namespace Semblance.Imaging;

/// <summary>
/// A rectangle of <see cref="Width"/> x <see cref="Height"/> and the affine map from its points to points of a picture: what will be
/// seen of it. Points are continuous, the centre of the first pixel is (0.5, 0.5), y grows downwards. Every method composes one
/// more change and leaves the pixels alone; in the end the frame is stretched to the target's size and sampled.
/// </summary>
public readonly record struct PictureFrame
{
    private PictureFrame(double width, double height, int targetWidth, int targetHeight)
    {
        (Width, Height, TargetWidth, TargetHeight) = (width, height, targetWidth, targetHeight);
        (XX, YY) = (1, 1);
    }

    /// <summary>The whole of a picture.</summary>
    public static PictureFrame Whole(int width, int height, int targetWidth, int targetHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetHeight);
        return new PictureFrame(width, height, targetWidth, targetHeight);
    }

    public double Width { get; private init; }

    public double Height { get; private init; }

    /// <summary>Pixels across that the frame will have in the end.</summary>
    public int TargetWidth { get; }

    /// <summary>Pixels down that the frame will have in the end.</summary>
    public int TargetHeight { get; }

    /// <summary>A point (x, y) of the frame shows the picture at (XX · x + XY · y + X0, YX · x + YY · y + Y0).</summary>
    internal double XX { get; private init; }

    internal double XY { get; private init; }

    internal double X0 { get; private init; }

    internal double YX { get; private init; }

    internal double YY { get; private init; }

    internal double Y0 { get; private init; }

    /// <summary>A part, in the frame's own units; it may reach outside.</summary>
    public PictureFrame Crop(double left, double top, double width, double height)
    {
        if (!(width > 0 && height > 0))
            throw new ArgumentOutOfRangeException(nameof(width), $"A part of {width} x {height} shows nothing; both must be above 0.");
        return Compose(1, 0, left, 0, 1, top) with { Width = width, Height = height };
    }

    public PictureFrame FlipHorizontal() => Compose(-1, 0, Width, 0, 1, 0);

    public PictureFrame FlipVertical() => Compose(1, 0, 0, 0, -1, Height);

    /// <summary>What is seen moves right and down by these distances.</summary>
    public PictureFrame Shift(double right, double down) => Compose(1, 0, -right, 0, 1, -down);

    /// <summary>What is seen grows about the middle by a factor, or shrinks when it is below 1.</summary>
    public PictureFrame Zoom(double factor)
    {
        if (!(factor > 0))
            throw new ArgumentOutOfRangeException(nameof(factor), $"A zoom of {factor} shows nothing; it must be above 0.");
        return Compose(1 / factor, 0, (1 - (1 / factor)) * Width / 2, 0, 1 / factor, (1 - (1 / factor)) * Height / 2);
    }

    /// <summary>What is seen turns about the middle, counter-clockwise; quarter turns are exact.</summary>
    public PictureFrame Rotate(double degrees)
    {
        // The functions of multiples of pi are exact at quarter turns, where those of radians leave 6e-17.
        var (sine, cosine) = double.SinCosPi(degrees / 180);
        var (x, y) = (Width / 2, Height / 2);
        return Compose(cosine, -sine, x - (cosine * x) + (sine * y), sine, cosine, y - (sine * x) - (cosine * y));
    }

    /// <summary>The map from the target's points.</summary>
    internal PictureFrame ToTarget()
        => Compose(Width / TargetWidth, 0, 0, 0, Height / TargetHeight, 0) with { Width = TargetWidth, Height = TargetHeight };

    /// <summary>The map to the same picture at another size.</summary>
    internal PictureFrame OnResized(double scaleX, double scaleY)
        => this with { XX = XX * scaleX, XY = XY * scaleX, X0 = X0 * scaleX, YX = YX * scaleY, YY = YY * scaleY, Y0 = Y0 * scaleY };

    /// <summary>First the given map, then this one's.</summary>
    private PictureFrame Compose(double xx, double xy, double x0, double yx, double yy, double y0) => this with
    {
        XX = (XX * xx) + (XY * yx),
        XY = (XX * xy) + (XY * yy),
        X0 = (XX * x0) + (XY * y0) + X0,
        YX = (YX * xx) + (YY * yx),
        YY = (YX * xy) + (YY * yy),
        Y0 = (YX * x0) + (YY * y0) + Y0,
    };
}
