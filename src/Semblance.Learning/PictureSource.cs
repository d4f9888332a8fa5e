using Semblance.Imaging;
using Semblance.Learning.DataSets;

namespace Semblance.Learning;

/// <summary>
/// Where the pixels of one example come from. Derive from it for pictures that are drawn or fetched. Thread-safe: loaders decode
/// on several threads.
/// </summary>
public abstract class PictureSource
{
    /// <summary>Name within the data set, for messages; unique.</summary>
    public abstract string Name { get; }

    /// <summary>The pixels, or why there are none. The same each time.</summary>
    /// <param name="options">How small the pixels may be; a source may ignore it and give more.</param>
    public abstract DecodeResult Decode(DecodeOptions options);

    /// <param name="name">Null: the path.</param>
    public static PictureSource FromFile(string path, string? name = null) => new FilePictureSource(path, name ?? path);

    /// <summary>A picture file's bytes in memory.</summary>
    public static PictureSource FromBytes(string name, ReadOnlyMemory<byte> bytes) => new MemoryPictureSource(name, bytes);

    public static PictureSource FromPicture(string name, Picture picture) => new DecodedPictureSource(name, picture);
}
