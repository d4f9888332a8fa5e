using Semblance.Index;

namespace Semblance;

/// <summary>What a gallery holds.</summary>
/// <param name="Missing">Pictures whose file was not found at the last look; they are kept, and not searched.</param>
/// <param name="DiskBytes">Bytes of the gallery's folder.</param>
/// <param name="Scale">Meaning of scores in the active space.</param>
/// <param name="Index">The index file of the active space; null while there is none.</param>
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
    bool IsReadOnly,
    IndexStatus? Index)
{
    /// <summary>Pictures whose dates, places and the like were read by an older program, which knew fewer; the next ingest run reads them.</summary>
    public long OutdatedFacts { get; init; }

    /// <summary>What there is of each space, by its name.</summary>
    public IReadOnlyDictionary<string, SpaceStatus> BySpace { get; init; } = new Dictionary<string, SpaceStatus>();
}

/// <summary>What there is of a space.</summary>
/// <param name="Pictures">Present pictures that have vectors in it.</param>
/// <param name="Scale">Meaning of its scores.</param>
/// <param name="Index">Its index file; null while there is none.</param>
public sealed record SpaceStatus(long Pictures, ScoreScale Scale, IndexStatus? Index);

/// <summary>The index file of a space.</summary>
/// <param name="Kind">Its kind, such as <c>exact</c>.</param>
/// <param name="Setting">What <see cref="Gallery.IndexKind"/> asks for.</param>
/// <param name="Pictures">Pictures it answers for.</param>
/// <param name="Deleted">Rows whose pictures are gone or changed, and whose space has not been reclaimed yet.</param>
/// <param name="Bytes">Bytes it takes when opened, most of them in the mapped file.</param>
/// <param name="Current">Whether it knows all changes; else the next search brings them in.</param>
/// <param name="TargetRecall">See <see cref="Gallery.TargetRecall"/>.</param>
/// <param name="Picked">
/// What it measured at the effort that searches use for that; null for exact kinds and before it has measured itself.
/// </param>
public sealed record IndexStatus(
    string Kind,
    string Setting,
    long Pictures,
    long Deleted,
    long Bytes,
    bool Current,
    float TargetRecall,
    RecallPoint? Picked);

/// <summary>Outcome of an integrity check; each problem is a sentence.</summary>
public sealed record GalleryVerification(IReadOnlyList<string> Problems, long Items, long Vectors)
{
    public bool Ok => Problems.Count == 0;
}
