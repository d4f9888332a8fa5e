using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

/// <summary>Tags as users type them: several are separated by commas.</summary>
internal static class TagNames
{
    /// <exception cref="UsageException">No tag, or one that could not be written in a filter.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var tags = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray();
        if (tags.Length == 0)
            throw new UsageException("No tag is named.");
        return Array.Find(tags, tag => tag.Any(char.IsControl) || tag.Contains('"')) is { } bad
            ? throw new UsageException($"'{bad}' cannot be a tag: tags hold no quotes, line breaks or other control characters.")
            : tags;
    }
}
