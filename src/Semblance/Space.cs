namespace Semblance;

public enum SpaceKind
{
    Float,
    Bits,
}

public enum Modality
{
    Picture,
    Text,
    Sketch,
}

/// <summary>
/// One vector space of a gallery: which embedder made the vectors and what is done to them afterwards.
/// Vectors of different spaces never mix.
/// </summary>
/// <param name="Id">Row number in the truth.</param>
/// <param name="Name">Folder name under <c>spaces/</c>.</param>
/// <param name="Model">Embedder id.</param>
/// <param name="Sha256">Embedder hash; a model of the same name with other weights is another space.</param>
/// <param name="Dimension">Length of the raw vector.</param>
/// <param name="Metric"><c>cosine</c>, <c>l2</c>, <c>ip</c> or <c>hamming</c>.</param>
/// <param name="PostProcessing">What turns a raw vector into the searched one.</param>
/// <param name="ProjectionVersion">0 while the projection is the identity; grows with each fit.</param>
/// <param name="FittedCount">Pictures that the projection was fitted on.</param>
/// <param name="Active">The space that search uses.</param>
public sealed record Space(
    long Id,
    string Name,
    string Model,
    string Sha256,
    SpaceKind Kind,
    Modality Modality,
    int Dimension,
    string Metric,
    PostProcessing PostProcessing,
    int ProjectionVersion,
    long FittedCount,
    bool Active);

/// <summary>Post-processing of a float space: PCA with shrunk whitening to <paramref name="Dimension"/>, or none.</summary>
/// <param name="Kind"><c>whiten</c>, <c>whiten-copies</c>, which also plays down what copying does to pictures, or <c>none</c>.</param>
/// <param name="Shrink">The c of <c>sqrt(λᵢ + c·mean(λ))</c>: small favours fine detail, large favours broad classes.</param>
public sealed record PostProcessing(string Kind, int Dimension = 384, float Shrink = 200)
{
    public static PostProcessing None { get; } = new("none", 0, 0);

    public static PostProcessing Whitening { get; } = new(WhitenKind);

    /// <summary>What network vectors get: a search by a small, bordered or grey copy finds its original, not other copies.</summary>
    public static PostProcessing CopyWhitening { get; } = new(CopyWhitenKind);

    internal const string WhitenKind = "whiten";
    internal const string CopyWhitenKind = "whiten-copies";
}
