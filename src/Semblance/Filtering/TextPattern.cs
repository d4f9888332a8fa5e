namespace Semblance.Filtering;

/// <summary>How a written value fits a text; upper and lower case are alike.</summary>
internal enum TextMatch
{
    /// <summary>The whole text, with wildcards.</summary>
    Whole,

    /// <summary>A part of it; the whole where the value has wildcards.</summary>
    Part,

    /// <summary>The whole file name, with or without its extension.</summary>
    FileName,

    /// <summary>A path in the rules of <see cref="Glob.OfPath"/>.</summary>
    Path,
}

/// <summary>A value of a text field as it was written, ready to be tested. Equal where written alike and meant alike.</summary>
internal sealed record TextPattern
{
    private readonly Func<string, bool> _fits;

    public TextPattern(string value, TextMatch match)
    {
        Value = value;
        Match = match;
        _fits = match switch
        {
            TextMatch.Whole => Glob.OfText(value).Matches,
            TextMatch.Part => Glob.HasWildcard(value) ? Glob.OfText(value).Matches : text => text.Contains(value, StringComparison.OrdinalIgnoreCase),
            TextMatch.FileName => OfName(Glob.OfText(value)),
            TextMatch.Path => Glob.OfPath(value).MatchesPath,
            _ => throw new ArgumentOutOfRangeException(nameof(match), match, "Not a way of matching text."),
        };
    }

    public string Value { get; }

    public TextMatch Match { get; }

    public bool Fits(string text) => _fits(text);

    public bool Equals(TextPattern? other) => other is not null && other.Value == Value && other.Match == Match;

    public override int GetHashCode() => HashCode.Combine(Value, Match);

    // The grammar has no escape for quotes, and a value can hold none: they only mark what they stand around.
    public override string ToString() => $"\"{Value}\"";

    private static Func<string, bool> OfName(Glob glob) => path => glob.Matches(Path.GetFileName(path)) || glob.Matches(Path.GetFileNameWithoutExtension(path));
}
