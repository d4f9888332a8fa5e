namespace Semblance.Storage;

/// <summary>What tells a reader that something has changed, and what.</summary>
internal interface IChangeFeed
{
    GalleryVersion Version { get; }

    /// <summary>
    /// Vectors of a space that came, or whose pictures changed, after <paramref name="changes"/>: those of present pictures, and, with no bytes and part 0,
    /// pictures that have none or are gone, in the order of their ids. Vectors of other spaces are no change of this one.
    /// </summary>
    void ChangesSince(long spaceId, long changes, VectorVisitor visit);

    /// <summary>The pictures of <see cref="ChangesSince"/> without their vectors: whether each has any that can be found now; streamed.</summary>
    IEnumerable<(long ItemId, bool IsFound)> PicturesChangedSince(long spaceId, long changes);
}

/// <summary>How far a gallery's truth has come.</summary>
/// <param name="Revision">Grows with every commit, whatever it changes: while it stands, all that was read stands.</param>
/// <param name="Changes">Grows with every change of the set of searchable vectors; an index with the same number is up to date.</param>
internal readonly record struct GalleryVersion(long Revision, long Changes);

/// <summary>Is shown vectors one by one; the bytes are gone when it returns.</summary>
/// <param name="part">Which of the picture's vectors, from 0.</param>
/// <param name="bytes">The vector in the form of its space; see <see cref="Spaces.VectorForm"/>.</param>
internal delegate void VectorVisitor(long itemId, int part, ReadOnlySpan<byte> bytes);
