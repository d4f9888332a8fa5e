namespace Semblance.Cli.Frame;

/// <summary>Finds the word that somebody most likely meant.</summary>
internal static class WordDistance
{
    /// <summary>The candidate within two edits (one for words of up to three letters) or starting with what was typed; null when none is near.</summary>
    public static string? Nearest(string typed, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = typed.Length <= 3 ? 2 : 3;
        foreach (var candidate in candidates)
        {
            var distance = Edits(typed, candidate);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }
        return best ?? (typed.Length >= 3 ? candidates.FirstOrDefault(candidate => candidate.StartsWith(typed, StringComparison.Ordinal)) : null);
    }

    /// <summary>Optimal string alignment distance: insert, delete, replace, swap neighbours.</summary>
    internal static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
