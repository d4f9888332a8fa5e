using Semblance.Imaging;

namespace Semblance;

/// <summary>One picture of a gallery as the truth records it.</summary>
/// <param name="Id">Stable number; never reused.</param>
/// <param name="Path">Full path of the file.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Last write time, UTC.</param>
/// <param name="Hash">SHA-256 of the file's bytes, lower-case hex.</param>
/// <param name="Width">Width of the upright picture in pixels.</param>
/// <param name="Height">Height of the upright picture in pixels.</param>
/// <param name="Photo">What its file and the files beside it say of how it was taken.</param>
/// <param name="PHash">DCT perceptual hash, 64 bits.</param>
/// <param name="DHash">Gradient perceptual hash, 64 bits.</param>
/// <param name="Missing">True when the last look found no file at <paramref name="Path"/>.</param>
public sealed record GalleryItem(
    long Id,
    string Path,
    long Size,
    DateTime Modified,
    string Hash,
    string Format,
    int Width,
    int Height,
    int Orientation,
    PhotoFacts Photo,
    ulong PHash,
    ulong DHash,
    bool Missing)
{
    /// <inheritdoc cref="PhotoFacts.Taken"/>
    public DateTime? Taken => Photo.Taken;

    /// <inheritdoc cref="PhotoFacts.Camera"/>
    public string? Camera => Photo.Camera;

    /// <summary>Name of the folder that holds the picture: the label where folders are classes.</summary>
    public string Label => LabelOf(Path);

    internal static string LabelOf(string path) => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) ?? "";
}

/// <summary>A file that could not be indexed, and why.</summary>
public sealed record GalleryFailure(string Path, string Reason, string Message, DateTime At);
