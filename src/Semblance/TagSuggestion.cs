namespace Semblance;

/// <summary>What tags a picture without tags might have.</summary>
/// <param name="Tags">Most confident first; empty when unknown.</param>
/// <param name="Unknown">Why no tag is suggested; null when one is.</param>
public sealed record TagSuggestion(GalleryItem Item, IReadOnlyList<SuggestedTag> Tags, string? Unknown);

/// <param name="Confidence">0 to 1: how often a suggestion like this one is right, by leaving out tagged pictures of this gallery in turn where there are enough.</param>
/// <param name="Support">Tagged pictures that speak for it, nearest first.</param>
public sealed record SuggestedTag(string Tag, double Confidence, IReadOnlyList<TagSupport> Support);

public sealed record TagSupport(long Id, float Score);

public sealed record TagSuggestOptions
{
    /// <summary>Tagged pictures that vote.</summary>
    public int Neighbours { get; init; } = 10;

    /// <summary>Tags below this confidence are not suggested.</summary>
    public double MinConfidence { get; init; } = 0.5;

    /// <summary>Chooses the tagged pictures that calibrate the confidence, where there are more than needed.</summary>
    public int Seed { get; init; } = 1;
}
