namespace Semblance.Searching;

/// <summary>What finds the copies of the one picture that a query is.</summary>
/// <param name="Grid">Made when first asked for; null where the picture's file is gone.</param>
internal sealed record QueryPicture(PictureHashes Hashes, Lazy<PixelGrid?> Grid)
{
    public static QueryPicture Of(GalleryItem item) => new(new PictureHashes(item.PHash, item.DHash), new(() => PixelGrid.OfFile(item.Path)));
}
