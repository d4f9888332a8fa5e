namespace Semblance.Storage;

/// <summary>Vector spaces with what was fitted for them, and the settings of the gallery.</summary>
internal interface ISpaceStore
{
    /// <summary>All of this that searches need, from one moment.</summary>
    GalleryState LoadState();

    /// <param name="projection">Fitted already, so that no moment knows the space without it; null for none.</param>
    Space AddSpace(Space space, byte[]? projection = null);

    /// <summary>Makes a space the one that searches use.</summary>
    void ActivateSpace(long spaceId);

    /// <summary>Sets <see cref="Space.TakesPictures"/>.</summary>
    void SetTakesPictures(long spaceId, bool takes);

    /// <summary>Removes a space with its vectors; one that is active and not empty, or that another is made from, stays.</summary>
    void RemoveSpace(long spaceId);

    /// <summary>Puts a space that is made from another's vectors in the place of one such, under a number of its own; it may have the same name.</summary>
    /// <returns>It, with its number.</returns>
    Space ReplaceSpace(long spaceId, Space space, byte[] projection);

    /// <summary>Stores a fitted projection as the next version of the space, with the score scale cleared.</summary>
    Space SaveProjection(long spaceId, byte[] projection, long fittedCount);

    /// <summary>The version that the truth has now, and its bytes; none for version 0.</summary>
    (int Version, byte[]? Bytes) LoadProjection(long spaceId);

    void SaveScoreScale(long spaceId, ScoreScale scale);

    void SaveSetting(string name, string value);
}

/// <summary>What searches need of the truth beside rows.</summary>
/// <param name="Spaces">In the order in which they were added.</param>
/// <param name="Scales">By the space's id; spaces without a fitted one are left out.</param>
internal sealed record GalleryState(GalleryVersion Version, IReadOnlyList<Space> Spaces, IReadOnlyDictionary<long, ScoreScale> Scales, IReadOnlyDictionary<string, string> Settings)
{
    public Space? ActiveSpace => Spaces.FirstOrDefault(space => space.Active);

    public Space? Space(long id) => Spaces.FirstOrDefault(space => space.Id == id);

    public ScoreScale ScaleOf(Space space) => Scales.GetValueOrDefault(space.Id, ScoreScale.Unfitted);
}
