using Semblance.Imaging;

namespace Semblance.Features;

/// <summary>
/// What of a picture is embedded, each view to a vector of its own. The catalogue is <see cref="All"/>; a new choice of views is one line
/// there.
/// </summary>
/// <param name="Name">As settings and data bases spell it.</param>
/// <param name="Count">Views of a picture, 1 to <see cref="Most"/>.</param>
/// <param name="LeastShare">The smallest view's share of a picture's sides, for which it must be decoded larger.</param>
public sealed record PictureViews(string Name, int Count, double LeastShare, Func<Picture, IReadOnlyList<Picture>> Of)
{
    /// <summary>Views that a picture may have at most.</summary>
    public const int Most = 255;

    private const double CropShare = 0.6;

    /// <summary>The picture as it is.</summary>
    public static PictureViews Whole { get; } = new("whole", 1, 1, static picture => [picture]);

    /// <summary>
    /// The picture, its middle and its four corners, each three fifths of its sides: what takes up a part of a picture is found by a
    /// query that shows it alone.
    /// </summary>
    public static PictureViews Crops { get; } = new("crops", 6, CropShare, static picture =>
    [
        picture, Crop(picture, 0.5, 0.5), Crop(picture, 0, 0), Crop(picture, 1, 0), Crop(picture, 0, 1), Crop(picture, 1, 1),
    ]);

    public static IReadOnlyList<PictureViews> All { get; } = [Whole, Crops];

    /// <summary>The choice of this name; null where there is none.</summary>
    public static PictureViews? Find(string name) => All.FirstOrDefault(views => views.Name == name);

    /// <summary>What must be decoded so that each view has what an embedder needs.</summary>
    public PictureNeeds Needs(PictureNeeds ofEmbedder) => new((int)Math.Ceiling(ofEmbedder.MinimumSide / LeastShare));

    public bool Equals(PictureViews? other) => other?.Name == Name;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    /// <param name="across">0 for the left, 1 for the right.</param>
    /// <param name="down">0 for the top, 1 for the bottom.</param>
    private static Picture Crop(Picture picture, double across, double down)
    {
        var (width, height) = (Math.Max(1, (int)(picture.Width * CropShare)), Math.Max(1, (int)(picture.Height * CropShare)));
        return picture.Crop(new PictureBox((int)((picture.Width - width) * across), (int)((picture.Height - height) * down), width, height));
    }
}
