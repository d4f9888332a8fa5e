namespace Semblance;

/// <summary>What a gallery holds.</summary>
/// <param name="Missing">Pictures whose file was not found at the last look; they are kept, and not searched.</param>
/// <param name="DiskBytes">Bytes of the gallery's folder.</param>
/// <param name="Scale">Meaning of scores in the active space.</param>
public sealed record GalleryStatus(
    string Folder,
    long Pictures,
    long Missing,
    int Failures,
    long Tags,
    IReadOnlyList<string> Roots,
    IReadOnlyList<Space> Spaces,
    ScoreScale Scale,
    long DiskBytes,
    bool IsReadOnly);

/// <summary>Outcome of an integrity check; each problem is a sentence.</summary>
public sealed record GalleryVerification(IReadOnlyList<string> Problems, long Items, long Vectors)
{
    public bool Ok => Problems.Count == 0;
}
