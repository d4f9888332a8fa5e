namespace Semblance.Evaluation.Streaming;

/// <summary>Scores by class of the query: macro means and the worst list. Queries without one class are left out.</summary>
internal sealed class PerClass
{
    private readonly int[] _labels;
    private readonly int[] _classes;
    private readonly double[] _values;
    private readonly int?[] _confusedWith;

    private PerClass(int[] labels, int[] classes, double[] values, int?[] confusedWith)
    {
        _labels = labels;
        _classes = classes;
        _values = values;
        _confusedWith = confusedWith;
    }

    private static int Width => QueryScores.PerClassMetrics.Count;

    /// <summary>Null when no query has exactly one class.</summary>
    public static PerClass? Of(QueryScores scores, ILabelComparer comparer)
    {
        var numbers = new SortedDictionary<int, int>();
        foreach (var query in scores.Numbers)
        {
            if (comparer.ClassOfQuery(query) is { } label)
                numbers[label] = 0;
        }
        if (numbers.Count == 0)
            return null;
        int[] labels = [.. numbers.Keys];
        for (var c = 0; c < labels.Length; c++)
            numbers[labels[c]] = c;
        var classes = new List<int>();
        var values = new List<double>();
        var confusedWith = new List<int?>();
        for (var i = 0; i < scores.Queries; i++)
        {
            if (comparer.ClassOfQuery(scores.Numbers[i]) is not { } label)
                continue;
            classes.Add(numbers[label]);
            values.AddRange(scores.PerClassValues.Slice(i * Width, Width));
            confusedWith.Add(scores.Confusions[i] < 0 ? null : comparer.ClassOfGallery(scores.Confusions[i]));
        }
        return new PerClass(labels, [.. classes], [.. values], [.. confusedWith]);
    }

    public void AddMacroMeans(OrderedDictionary<string, MetricValue> metrics, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var means = Bootstrap.MacroMeanIntervals(_values, Width, _classes, options.BootstrapSamples, options.Seed, cancellationToken: cancellationToken);
        for (var m = 0; m < Width; m++)
            metrics[$"macro_{QueryScores.PerClassMetrics[m]}"] = means[m];
    }

    public IReadOnlyList<ClassScore> Worst(EvaluationOptions options)
    {
        var name = options.ClassName ?? (label => label.ToString());
        return
        [
            .. Enumerable.Range(0, _classes.Length)
                .GroupBy(query => _classes[query])
                .Select(group => (Label: _labels[group.Key], Queries: group.Count(), Cmc: Mean(group, "cmc@1"), Map: Mean(group, "map@r"), Confused: MostFrequent(group)))
                .OrderBy(c => c.Map).ThenBy(c => c.Cmc).ThenBy(c => c.Label)
                .Take(options.Worst)
                .Select(c => new ClassScore(name(c.Label), c.Queries, c.Cmc, c.Map, c.Confused is { } other ? name(other) : null)),
        ];
    }

    private double Mean(IEnumerable<int> queries, string metric)
    {
        var column = 0;
        while (QueryScores.PerClassMetrics[column] != metric)
            column++;
        return queries.Average(query => _values[query * Width + column]);
    }

    private int? MostFrequent(IEnumerable<int> queries) =>
        queries.Select(query => _confusedWith[query]).OfType<int>().CountBy(label => label)
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key).Select(count => (int?)count.Key).FirstOrDefault();
}
