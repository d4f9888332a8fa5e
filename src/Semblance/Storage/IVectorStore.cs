namespace Semblance.Storage;

/// <summary>
/// The vectors as the embedders made them, as bytes in the form that their space declares, each with a checksum. A picture has one or
/// several in a space, its parts; a space either has a picture's or it has none.
/// </summary>
internal interface IVectorStore
{
    /// <summary>The parts of a picture's vectors in order; empty where the space has none for it.</summary>
    IReadOnlyList<byte[]> Vectors(long spaceId, long itemId);

    /// <summary>How many vectors, and how many pictures, a search of the space can find: those of present pictures.</summary>
    VectorCount CountVectors(long spaceId);

    /// <summary>All vectors of present pictures, by picture and part.</summary>
    void ReadVectors(long spaceId, VectorVisitor visit);

    /// <summary>Present pictures that have no vector in the space, in id order; streamed.</summary>
    IEnumerable<GalleryItem> ItemsWithoutVector(long spaceId);

    /// <summary>Adds vectors of existing pictures, or puts them in the place of those there are; of pictures that are gone none are kept.</summary>
    void AddVectors(long spaceId, IReadOnlyList<ItemVectors> vectors);
}

internal readonly record struct VectorCount(long Vectors, long Pictures);

/// <summary>The vectors of one picture in one space, in the order of their parts.</summary>
internal sealed record ItemVectors(long ItemId, IReadOnlyList<byte[]> Parts);
