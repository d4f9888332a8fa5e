namespace Semblance.VectorData.Records;

/// <summary>
/// Inverted lists over the words of one text column, ranked by BM25 (Robertson and Zaragoza 2009, k₁ = 1.2, b = 0.75). A word is a run
/// of letters and digits, upper and lower case alike; nothing is stemmed. Several texts of one row count as one.
/// </summary>
internal sealed class TextIndex(int column)
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Dictionary<string, Dictionary<long, int>> _postings = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _lengths = [];
    private long _totalLength;

    public void Add(Row row)
    {
        var length = 0;
        foreach (var word in WordsOf(row[column]))
        {
            length++;
            if (!_postings.TryGetValue(word, out var rows))
                _postings[word] = rows = [];
            rows[row.Id] = rows.GetValueOrDefault(row.Id) + 1;
        }
        if (length == 0)
            return;
        _lengths[row.Id] = length;
        _totalLength += length;
    }

    public void Remove(Row row)
    {
        if (!_lengths.Remove(row.Id, out var length))
            return;
        _totalLength -= length;
        foreach (var word in WordsOf(row[column]))
        {
            if (_postings.TryGetValue(word, out var rows) && rows.Remove(row.Id) && rows.Count == 0)
                _postings.Remove(word);
        }
    }

    /// <summary>Rows with at least one of the words that pass, best first, equal scores by smaller id.</summary>
    public List<(long Id, double Score)> Search(IEnumerable<string> keywords, Func<long, bool> passes)
    {
        var scores = new Dictionary<long, double>();
        var average = (double)_totalLength / Math.Max(1, _lengths.Count);
        foreach (var word in keywords.SelectMany(keyword => WordsOf(keyword)).Distinct(StringComparer.Ordinal))
        {
            if (!_postings.TryGetValue(word, out var rows))
                continue;
            var weight = Math.Log(1 + ((_lengths.Count - rows.Count + 0.5) / (rows.Count + 0.5)));
            foreach (var (id, count) in rows)
            {
                if (passes(id))
                    scores[id] = scores.GetValueOrDefault(id) + (weight * count * (K1 + 1) / (count + (K1 * (1 - B + (B * _lengths[id] / average)))));
            }
        }
        return [.. scores.OrderByDescending(row => row.Value).ThenBy(row => row.Key).Select(row => (row.Key, row.Value))];
    }

    private static IEnumerable<string> WordsOf(object? value) => value switch
    {
        string text => Split(text),
        IEnumerable<string?> texts => texts.SelectMany(text => Split(text ?? "")),
        _ => [],
    };

    private static IEnumerable<string> Split(string text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            if (!char.IsLetterOrDigit(text[start]))
                continue;
            var end = start + 1;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
                end++;
            yield return text[start..end].ToLowerInvariant();
            start = end;
        }
    }
}
