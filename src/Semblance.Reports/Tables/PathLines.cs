namespace Semblance.Reports.Tables;

/// <summary>Paths alone, for other commands.</summary>
internal static class PathLines
{
    /// <summary>One path a line, or closed by a NUL character (for <c>xargs -0</c>), which holds any path.</summary>
    /// <returns>Paths that were left out because a line break in them would make them look like two; none with NUL.</returns>
    public static IReadOnlyList<string> Write(TextWriter writer, IEnumerable<string> paths, char end = '\n')
    {
        var leftOut = new List<string>();
        foreach (var path in paths)
        {
            // The next command might act on either half.
            if (end == '\n' && path.AsSpan().ContainsAny('\n', '\r'))
            {
                leftOut.Add(path);
                continue;
            }
            writer.Write(path);
            writer.Write(end);
        }
        return leftOut;
    }
}
