using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Imaging;

namespace Semblance.Cli.Verbs;

/// <summary>
/// What stands after <c>search</c>: queries with <c>+</c> and <c>-</c> between them. A query is a path, a URL, <c>id:N</c>
/// (or N alone), <c>text:WORDS</c>, each with a weight before it if wanted: <c>2:beach.jpg</c>. A file of exactly the
/// typed name always wins over another reading.
/// </summary>
internal static class QueryGrammar
{
    /// <param name="fullPath">Turns a typed path into a full one.</param>
    /// <param name="box">Part of the first picture file or URL to look at.</param>
    /// <exception cref="UsageException">A sign without a query, or a file that is not there.</exception>
    public static Query Parse(IReadOnlyList<string> tokens, Func<string, string> fullPath, PictureBox? box)
    {
        var query = new Query();
        string? sign = null;
        foreach (var token in tokens)
        {
            if (token is "+" or "-")
            {
                if (sign is not null)
                    throw new UsageException($"Two signs in a row: '{sign} {token}'. Write + or - once before each query.");
                sign = token;
                continue;
            }
            var input = ParseInput(token, fullPath);
            query = sign == "-" ? query.Not(input) : query.And(input);
            sign = null;
        }
        if (sign is not null)
            throw new UsageException($"'{sign}' stands at the end; a query belongs after it.");
        if (query.Inputs.All(input => input.Weight <= 0))
            throw new UsageException("There is nothing to look for, only what to avoid; give at least one query without - before it.");
        return box is null ? query : query with { Inputs = WithBox(query.Inputs, box.Value) };
    }

    internal static QueryInput ParseInput(string token, Func<string, string> fullPath)
    {
        if (File.Exists(fullPath(token)))
            return new PictureInput(fullPath(token));
        if (TrySplitWeight(token) is var (weight, rest))
            return ParseInput(rest, fullPath) with { Weight = weight };
        if (token.StartsWith("id:", StringComparison.Ordinal))
        {
            return long.TryParse(token.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var named)
                ? new ItemInput(named)
                : throw new UsageException($"'{token}' has no whole number after id:.");
        }
        if (token.StartsWith("text:", StringComparison.Ordinal))
        {
            return token.Length > 5
                ? new TextInput(token[5..].Trim())
                : throw new UsageException("No words after text:. Write for example \"text:a red boat\".");
        }
        if (token.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || token.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new PictureInput(token);
        if (long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return new ItemInput(id);
        throw Directory.Exists(fullPath(token))
            ? new UsageException($"'{token}' is a folder; a query is one picture. 'semblance index {token}' puts its pictures into the gallery.")
            : new UsageException($"There is no file '{token}'. A query is a picture's path, a URL, id:N or text:WORDS.");
    }

    // A drive letter is no number, so C:\a.jpg is never taken for a weight.
    private static (float Weight, string Query)? TrySplitWeight(string token)
    {
        var colon = token.IndexOf(':');
        if (colon <= 0 || colon == token.Length - 1 || !float.TryParse(token.AsSpan(0, colon), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight))
            return null;
        return weight > 0 && float.IsFinite(weight)
            ? (weight, token[(colon + 1)..])
            : throw new UsageException($"'{token}': a weight is above 0. Write - before a query to avoid what it shows.");
    }

    private static List<QueryInput> WithBox(IReadOnlyList<QueryInput> inputs, PictureBox box)
    {
        var list = inputs.ToList();
        var first = list.FindIndex(input => input is PictureInput);
        if (first < 0)
            throw new UsageException("--box cuts from a picture file or URL, and the query has none.");
        list[first] = (PictureInput)list[first] with { Box = box };
        return list;
    }
}
