using Semblance.Index;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>
/// What a gallery can do in one of its spaces, whatever the vectors are. Lives as long as the gallery; the index inside is derived from the
/// truth, may be replaced by a better one at any time, and is closed when memory is short and opened again by the next call. Answers are
/// pictures, each by the nearest of its views. Thread-safe.
/// </summary>
internal interface ISpaceSearch : INeighbourSearch, IDisposable
{
    /// <summary>As the index was made for it.</summary>
    Space Space { get; }

    /// <summary>The kind of the index in use.</summary>
    string IndexKind { get; }

    /// <summary>Vectors that searches can find.</summary>
    long Count { get; }

    /// <summary>The <paramref name="k"/> pictures nearest to the weighted inputs, nearest first, equal distances by smaller id.</summary>
    /// <exception cref="GalleryException">An input does not fit the space, or the inputs cancel each other out.</exception>
    IReadOnlyList<SpaceHit> Search(IReadOnlyList<SpaceInput> inputs, int k, SpaceSearchOptions? options = null);

    /// <summary>Scores of pictures for the weighted inputs, each the best of its views; pictures that have no vector here are left out.</summary>
    IReadOnlyDictionary<long, float> Scores(IReadOnlyList<SpaceInput> inputs, IReadOnlyList<long> itemIds);

    /// <summary>Of two pictures; null where one has no vector here.</summary>
    float? Score(long one, long other);

    /// <summary>Of a picture and a raw vector; null where the picture has none here.</summary>
    float? Score(long itemId, ReadOnlySpan<float> raw);

    /// <summary>The searched vectors of pictures, <c>[n, d]</c>, those of their first views, scaled to length 1 under cosine and for codes; pictures that have none are left out.</summary>
    (long[] Ids, Matrix Vectors) Vectors(IEnumerable<long> itemIds);

    /// <summary>Searched vectors of raw ones, in the form of <see cref="Vectors"/>.</summary>
    Matrix Project(Matrix raw);

    /// <summary>Applies what was committed since the index was last current; cheap when nothing was.</summary>
    /// <returns>Whether anything was.</returns>
    bool CatchUp(GalleryState state, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a fresh index in the place of the one in use, if that is worth it: the file that another process has built meanwhile, else one
    /// built from the truth. Searches and changes go on with the old one until then. Nothing changes when it is cancelled or fails.
    /// </summary>
    /// <returns>False where another process is building just now.</returns>
    bool BuildIfWorthIt(int threads, CancellationToken cancellationToken);

    /// <summary>Writes the index file when it is behind; files of other kinds and older projections go.</summary>
    void Save();

    /// <summary>Reclaims the space of removed rows.</summary>
    void Compact();

    /// <summary>Brings what searches touch of a mapped file into memory, beside running searches.</summary>
    void Warm();

    /// <summary>
    /// Checks the index in use, its file included. What is damaged gives way to an exact index from the truth, and its file is deleted.
    /// </summary>
    /// <returns>What was wrong; empty when the index is sound.</returns>
    IReadOnlyList<string> DropIfDamaged(CancellationToken cancellationToken);

    /// <summary>Checks the index file, if there is one, and that it answers for the same vectors as the truth.</summary>
    IReadOnlyList<string> Verify();

    /// <summary>The index file that searches would use, as it is; null where there is none. Opens nothing that stays open.</summary>
    IndexStatus? Status(GalleryState state);

    /// <summary>Bytes of the open index, those of a mapped file included; 0 while it is closed.</summary>
    long OpenBytes { get; }

    /// <summary>Lets go of the index; searches that run finish undisturbed, and the next one opens it again.</summary>
    void Close();
}

/// <summary>A picture that a search in a space has found.</summary>
/// <param name="Part">Which of its views is the nearest.</param>
internal readonly record struct SpaceHit(long ItemId, float Distance, int Part);

/// <summary>A part of a query in a space: a picture of the gallery, or a raw vector of the space's embedder.</summary>
internal readonly record struct SpaceInput(float Weight, long ItemId, float[]? Raw)
{
    public static SpaceInput OfItem(float weight, long itemId) => new(weight, itemId, null);

    public static SpaceInput OfVector(float weight, float[] raw) => new(weight, 0, raw);
}

/// <summary>What a search in a space may find; all that is set must hold.</summary>
internal sealed record SpaceSearchOptions
{
    /// <summary>Only these pictures. It must not change while the search runs.</summary>
    public IdBitmap? Allowed { get; init; }

    /// <summary>None of these pictures.</summary>
    public IReadOnlySet<long>? Except { get; init; }

    public float? MaxDistance { get; init; }

    public float? TargetRecall { get; init; }

    /// <summary>Of batches.</summary>
    public int Threads { get; init; } = 1;

    public SearchTrace? Trace { get; init; }
}
