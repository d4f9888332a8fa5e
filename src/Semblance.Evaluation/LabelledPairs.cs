namespace Semblance.Evaluation;

/// <summary>Two items, known to show the same thing or not.</summary>
public readonly record struct LabelledPair(string First, string Second, bool Same);

/// <summary>
/// A file of pairs: one a line, <c>first,second,label</c> or the three separated by tabs; label 1 or true for the same, 0 or false for different.
/// Empty lines and lines that start with # are skipped, and so is a header line. Paths that hold a comma need tabs.
/// </summary>
public static class LabelledPairs
{
    /// <exception cref="FormatException">A line is not a pair; the message names file and line.</exception>
    public static IReadOnlyList<LabelledPair> Read(string path) => Parse(File.ReadLines(path), path);

    /// <summary><paramref name="source"/> names the text in messages.</summary>
    public static IReadOnlyList<LabelledPair> Parse(IEnumerable<string> lines, string source)
    {
        var pairs = new List<LabelledPair>();
        var number = 0;
        var first = true;
        foreach (var raw in lines)
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            var fields = line.Split(line.Contains('\t') ? '\t' : ',', StringSplitOptions.TrimEntries);
            var same = fields.Length == 3 && fields[0].Length > 0 && fields[1].Length > 0 ? Label(fields[2]) : null;
            if (same is { } known)
                pairs.Add(new LabelledPair(fields[0], fields[1], known));
            else if (!first || fields.Length != 3)
                throw new FormatException($"{source}, line {number}: \"{line}\" is not a pair. Write first,second,1 for the same and first,second,0 for different (tabs when a path holds a comma).");
            first = false;
        }
        return pairs;
    }

    private static bool? Label(string text) => text.ToLowerInvariant() switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => null,
    };
}
