namespace Semblance.VectorData.Records;

/// <summary>
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): what stands at rank r of a list gets 1 / (60 + r) from it. It needs no
/// common scale of the lists' scores. Higher is better.
/// </summary>
internal static class RankFusion
{
    private const int K = 60;

    public static List<(T Item, double Score)> Fuse<T>(params ReadOnlySpan<IReadOnlyList<T>> rankings)
        where T : notnull
    {
        var scores = new Dictionary<T, double>();
        var order = new List<T>();
        foreach (var ranking in rankings)
        {
            for (var i = 0; i < ranking.Count; i++)
            {
                if (!scores.TryGetValue(ranking[i], out var score))
                    order.Add(ranking[i]);
                scores[ranking[i]] = score + (1d / (K + i + 1));
            }
        }
        // Stable: equal scores stay in the order of the first list.
        return [.. order.Select(item => (item, scores[item])).OrderByDescending(row => row.Item2)];
    }
}
