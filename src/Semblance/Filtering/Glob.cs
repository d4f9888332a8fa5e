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

    private Glob(string regex, bool isRooted = false)
    {
        IsRooted = isRooted;
        _regex = new Regex($@"\A(?:{regex})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }

    /// <summary>The pattern begins at the root of the file system, not at any folder.</summary>
    public bool IsRooted { get; }

    public static bool HasWildcard(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    /// <summary>A pattern over one word: <c>*</c> is any run of characters.</summary>
    public static Glob OfText(string pattern) => new(Translate(pattern, anything: ".", acrossFolders: false));

    /// <summary>
    /// A pattern over a path with either kind of slash: from any folder on, or from the root with a leading slash; <c>*</c> and <c>?</c>
    /// stay inside a name, <c>**</c> is any number of folders; when the last name is plain, a folder of that name is meant with all that is in it.
    /// </summary>
    public static Glob OfPath(string pattern)
    {
        var normal = Slashes(pattern);
        var rooted = normal.StartsWith('/') || (normal.Length > 1 && normal[1] == ':');
        var trimmed = normal.TrimEnd('/') is { Length: > 0 } rest ? rest : normal;
        var regex = Translate(trimmed, anything: "[^/]", acrossFolders: true);
        if (!rooted)
            regex = "(?:.*/)?" + regex;
        if (!HasWildcard(trimmed[(trimmed.LastIndexOf('/') + 1)..]))
            regex += "(?:/.*)?";
        return new Glob(regex, rooted);
    }

    public bool Matches(string text) => _regex.IsMatch(text);

    public bool MatchesPath(string path) => _regex.IsMatch(Slashes(path));

    /// <summary>Whether whatever may lie in the folder matches, so that nobody need look.</summary>
    public bool MatchesAllBelow(string folder)
    {
        // Names that no pattern asks for, of three lengths: only * matches them all.
        var below = Slashes(folder) + "/\u0001";
        return _regex.IsMatch(below) && _regex.IsMatch(below + "\u0001/\u0001\u0001\u0001");
    }

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
