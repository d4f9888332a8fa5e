namespace Semblance.Searching;

/// <summary>
/// Raises the pictures whose perceptual hashes say that they are the query's own, saved again: a quarter-size copy looks to a network
/// more like other small pictures than like its original, while its hashes hardly change. Only the best by vector are looked at, so it
/// costs one look at some rows, and a picture that is not alike by vector at all is never raised.
/// </summary>
internal sealed class CopyLift(QueryPicture query, ScoreScale scale)
{
    /// <summary>Hits by vector that are looked at.</summary>
    public const int Candidates = 50;

    /// <summary>
    /// What the hashes are worth as a score: from the collection's threshold of a near-duplicate, for <see cref="PictureHashes.MostBitsOfCopies"/> bits apart, up
    /// towards 1. Null where they say nothing.
    /// </summary>
    public (float Score, int Bits)? Of(GalleryItem item)
    {
        var hashes = new PictureHashes(item.PHash, item.DHash);
        var bits = query.Hashes.BitsFrom(hashes);
        if (bits > PictureHashes.MostBitsOfCopies || !query.Hashes.AreTelling || !hashes.AreTelling)
            return null;
        // Drawings on plain ground have near hashes whatever they show.
        if (!(query.Hashes.AreFull && hashes.AreFull) && !(query.Grid.Value is { } grid && PixelGrid.OfFile(item.Path) is { } other && grid.Agrees(other)))
            return null;
        var least = Math.Min(scale.Words[0].MinScore, 1);
        return (least + ((1 - least) * (1 - ((bits + 1) / (PictureHashes.MostBitsOfCopies + 1f)))), bits);
    }
}
