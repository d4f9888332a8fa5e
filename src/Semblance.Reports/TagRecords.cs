namespace Semblance.Reports;

/// <summary>What tags a picture without tags might have.</summary>
/// <param name="Tags">Most confident first; empty when unknown.</param>
/// <param name="Unknown">Why no tag is suggested; null when one is.</param>
public sealed record TagSuggestionRecord(long Id, string Path, IReadOnlyList<SuggestedTagRecord> Tags, string? Unknown)
{
    public static TagSuggestionRecord Of(TagSuggestion suggestion)
    {
        ArgumentNullException.ThrowIfNull(suggestion);
        return new(
            suggestion.Item.Id,
            suggestion.Item.Path,
            [.. suggestion.Tags.Select(tag => new SuggestedTagRecord(tag.Tag, tag.Confidence, [.. tag.Support.Select(support => new TagSupportRecord(support.Id, support.Score))]))],
            suggestion.Unknown);
    }
}

/// <param name="Confidence">0 to 1: how often such a suggestion is right.</param>
/// <param name="Support">Tagged pictures that speak for it, nearest first.</param>
public sealed record SuggestedTagRecord(string Tag, double Confidence, IReadOnlyList<TagSupportRecord> Support);

public sealed record TagSupportRecord(long Id, float Score);

/// <summary>A picture's most confident suggestion, for tables and csv.</summary>
public sealed record TagSuggestionLineRecord(long Id, string? Tag, double? Confidence, string Path, string? Unknown)
{
    public static TagSuggestionLineRecord Of(TagSuggestion suggestion)
    {
        ArgumentNullException.ThrowIfNull(suggestion);
        var best = suggestion.Tags.Count > 0 ? suggestion.Tags[0] : null;
        return new(suggestion.Item.Id, best?.Tag, best?.Confidence, suggestion.Item.Path, suggestion.Unknown);
    }
}

/// <summary>A tag with its number of pictures.</summary>
public sealed record TagCountRecord(string Tag, int Pictures);

/// <summary>A picture with its tags.</summary>
public sealed record TaggedItemRecord(long Id, string Path, IReadOnlyList<string> Tags);

/// <summary>Tags that were added to pictures.</summary>
/// <param name="Pictures">Pictures that were named.</param>
/// <param name="Added">Pairs of tag and picture that are new.</param>
public sealed record TagsAddedRecord(IReadOnlyList<string> Tags, int Pictures, int Added);

/// <summary>Tags that were removed from pictures, or with <paramref name="DryRun"/> would be.</summary>
public sealed record TagsRemovedRecord(IReadOnlyList<string> Tags, int Pictures, int Removed, bool DryRun);
