using Semblance.Features;
using Semblance.Index;
using Semblance.Networks;

namespace Semblance;

/// <summary>
/// One vector space of a gallery: which embedder made the vectors and what is done to them afterwards.
/// Vectors of different spaces never mix.
/// </summary>
/// <param name="Id">Row number in the truth.</param>
/// <param name="Name">Folder name under <c>spaces/</c>.</param>
/// <param name="Model">Embedder id.</param>
/// <param name="Sha256">Embedder hash; a model of the same name with other weights is another space.</param>
/// <param name="Dimension">Length of the raw vector: numbers, or bits.</param>
/// <param name="PostProcessing">What turns a raw vector into the searched one.</param>
/// <param name="ProjectionVersion">0 while the projection is the identity; grows with each fit.</param>
/// <param name="FittedCount">Vectors that the projection was fitted on.</param>
/// <param name="Active">The space that searches use which name none.</param>
public sealed record Space(
    long Id,
    string Name,
    string Model,
    string Sha256,
    SpaceKind Kind,
    Modality Modality,
    int Dimension,
    Metric Metric,
    PostProcessing PostProcessing,
    int ProjectionVersion,
    long FittedCount,
    bool Active)
{
    /// <summary>What of each picture is embedded; a picture is as near to a query as the nearest of its views.</summary>
    public PictureViews Views { get; init; } = PictureViews.Whole;

    /// <summary>
    /// Where the vectors are made from those of another space by a head: that space's id and the name of the head in <see cref="VectorHeads"/>.
    /// Model, hash and views are the other space's then. Null where an embedder makes them from pictures.
    /// </summary>
    public SpaceBase? Base { get; init; }

    /// <summary>Whether pictures that come in are embedded for it; a space that another has taken the place of keeps what it has.</summary>
    public bool TakesPictures { get; init; } = true;

    /// <summary>The space whose vectors the truth holds.</summary>
    internal long SourceId => Base?.SpaceId ?? Id;
}

/// <summary>What a space is made from that has no embedder.</summary>
public sealed record SpaceBase(long SpaceId, string Head);

/// <summary>Post-processing of a float space: PCA with shrunk whitening to <paramref name="Dimension"/>, or none.</summary>
/// <param name="Shrink">The c of <c>sqrt(λᵢ + c·mean(λ))</c>: small favours fine detail, large favours broad classes.</param>
public sealed record PostProcessing(PostProcessingKind Kind, int Dimension = 384, float Shrink = 200)
{
    public static PostProcessing None { get; } = new(PostProcessingKind.None, 0, 0);

    public static PostProcessing Whitening { get; } = new(PostProcessingKind.Whiten);

    /// <summary>What network vectors get: a search by a small, bordered or grey copy finds its original, not other copies.</summary>
    public static PostProcessing CopyWhitening { get; } = new(PostProcessingKind.WhitenCopies);
}

public enum PostProcessingKind
{
    None,

    /// <summary>Whitening fitted on the collection.</summary>
    Whiten,

    /// <summary>As <see cref="Whiten"/>, and what copying does to pictures is played down.</summary>
    WhitenCopies,
}

/// <summary>The same as the truth and commands spell it.</summary>
public static class PostProcessingNames
{
    public static string Name(this PostProcessingKind kind) => kind switch
    {
        PostProcessingKind.None => "none",
        PostProcessingKind.Whiten => "whiten",
        PostProcessingKind.WhitenCopies => "whiten-copies",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of post-processing."),
    };

    public static bool TryParse(string name, out PostProcessingKind kind)
    {
        foreach (var candidate in Enum.GetValues<PostProcessingKind>())
        {
            kind = candidate;
            if (candidate.Name() == name)
                return true;
        }
        kind = default;
        return false;
    }
}
