using Microsoft.Extensions.VectorData;

namespace Semblance.VectorData;

/// <summary>A picture of a gallery as a record. Only <see cref="Tags"/> can be written back.</summary>
public sealed class GalleryRecord
{
    /// <summary>Stable number; never reused.</summary>
    [VectorStoreKey]
    public long Id { get; set; }

    /// <summary>Full path of the file.</summary>
    [VectorStoreData]
    public string Path { get; set; } = "";

    /// <summary>Name of the folder that holds the picture: the label where folders are classes.</summary>
    [VectorStoreData]
    public string Label { get; set; } = "";

    /// <summary>Sorted; keywords of a hybrid search are looked for in them.</summary>
    [VectorStoreData(IsFullTextIndexed = true)]
    public string[] Tags { get; set; } = [];

    /// <summary>EXIF time of exposure, local to the camera.</summary>
    [VectorStoreData]
    public DateTime? Taken { get; set; }

    /// <summary>Last write time of the file, UTC.</summary>
    [VectorStoreData]
    public DateTime Modified { get; set; }

    /// <summary>EXIF make and model.</summary>
    [VectorStoreData]
    public string? Camera { get; set; }

    [VectorStoreData]
    public string Format { get; set; } = "";

    /// <summary>Of the upright picture, in pixels.</summary>
    [VectorStoreData]
    public int Width { get; set; }

    /// <inheritdoc cref="Width"/>
    [VectorStoreData]
    public int Height { get; set; }

    /// <summary>Of the file, in bytes.</summary>
    [VectorStoreData]
    public long Size { get; set; }

    /// <summary>SHA-256 of the file's bytes, lower-case hex.</summary>
    [VectorStoreData]
    public string Hash { get; set; } = "";

    /// <summary>The embedder's raw vector, as searches take it; filled where vectors are asked for.</summary>
    public ReadOnlyMemory<float>? Vector { get; set; }
}
