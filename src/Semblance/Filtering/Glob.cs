using System.Text;
using System.Text.RegularExpressions;

namespace Semblance.Filtering;

/// <summary>
/// Case-insensitive wildcard pattern. Matching takes time linear in the text whatever the pattern (no backtracking),
/// so a pattern from a stranger cannot stall a server.
/// </summary>
internal sealed class Glob
{
    private readonly Regex _regex;

    private Glob(string regex) =>
        _regex = new Regex($@"\A(?:{regex})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    public static bool HasWildcard(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    /// <summary>A pattern over one word: <c>*</c> is any run of characters.</summary>
    public static Glob OfText(string pattern) => new(Translate(pattern, anything: ".", acrossFolders: false));

    /// <summary>A pattern over a full path with either kind of slash; see <see cref="Filter"/> for its rules.</summary>
    public static Glob OfPath(string pattern)
    {
        var normal = Slashes(pattern);
        var rooted = normal.StartsWith('/') || (normal.Length > 1 && normal[1] == ':');
        var regex = Translate(normal.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : normal, anything: "[^/]", acrossFolders: true);
        if (!rooted)
            regex = "(?:.*/)?" + regex;
        if (!HasWildcard(normal))
            regex += "(?:/.*)?";
        return new Glob(regex);
    }

    public bool Matches(string text) => _regex.IsMatch(text);

    public bool MatchesPath(string path) => _regex.IsMatch(Slashes(path));

    private static string Slashes(string path) => path.Replace('\\', '/');

    private static string Translate(string pattern, string anything, bool acrossFolders)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '?')
            {
                regex.Append(anything);
            }
            else if (c != '*')
            {
                regex.Append(Regex.Escape(c.ToString()));
            }
            else if (acrossFolders && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                i++;
                var wholeFolders = i + 1 < pattern.Length && pattern[i + 1] == '/' && (i < 2 || pattern[i - 2] == '/');
                regex.Append(wholeFolders ? "(?:.*/)?" : ".*");
                if (wholeFolders)
                    i++;
            }
            else
            {
                regex.Append(anything).Append('*');
            }
        }
        return regex.ToString();
    }
}
