using System.Text.RegularExpressions;

namespace Semblance.Decoder;

/// <summary>What the library says of a failure, for people: without places in its source, names of temporary files and tokens.</summary>
internal static partial class FailureText
{
    private const int Most = 160;

    internal static string Plain(string message)
    {
        // "... @ error/heic.c/ReadHEICImage/1234" is of no use to a user.
        var end = message.IndexOf(" @ ", StringComparison.Ordinal);
        var text = TemporaryFile().Replace(end < 0 ? message : message[..end], "");
        text = Quoted().Replace(text, ": $1");
        text = Spaces().Replace(text, " ").Replace(" .", ".", StringComparison.Ordinal).Trim(' ', ':', '.');
        text = Token().Replace(text, static token => string.Concat(token.Value.Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")));
        return text.Length > Most ? text[..Most] : text;
    }

    // Quoted in three ways, or bare; the quotes of no name at all.
    [GeneratedRegex("`[^`']*(semblance-decoder-|magick-)[^`']*'?|\"[^\"]*(semblance-decoder-|magick-)[^\"]*\"?|'[^']*(semblance-decoder-|magick-)[^']*'?|\\S*semblance-decoder-\\S*|`'|\"\"|''")]
    private static partial Regex TemporaryFile();

    [GeneratedRegex(@"[\s\p{Cc}]+")]
    private static partial Regex Spaces();

    // "CorruptImage `why'"
    [GeneratedRegex(@"\s*`(.*?)'?$")]
    private static partial Regex Quoted();

    // "NegativeOrZeroImageSize"
    [GeneratedRegex("^([A-Z][a-z]+){2,}(?=$|:)")]
    private static partial Regex Token();
}
