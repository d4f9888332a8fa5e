namespace Semblance.Evaluation.Streaming;

/// <summary>The scores of each query, filled while its row of distances streams by. Threads write disjoint rows.</summary>
internal sealed class QueryScores
{
    /// <summary>Columns of <see cref="PerClassValues"/>.</summary>
    public static readonly IReadOnlyList<string> PerClassMetrics = ["cmc@1", "map", "map@r"];

    private readonly double[] _values;
    private readonly double[] _perClass;
    private readonly int[] _confusions;
    private readonly bool[] _lone;
    private readonly int[] _numbers;

    public QueryScores(int queries, IReadOnlyList<RetrievalMetric> metrics)
    {
        Metrics = metrics;
        Queries = queries;
        _values = new double[queries * metrics.Count];
        _perClass = new double[queries * PerClassMetrics.Count];
        _confusions = new int[queries];
        _lone = new bool[queries];
        _numbers = [.. Enumerable.Range(0, queries)];
    }

    public IReadOnlyList<RetrievalMetric> Metrics { get; }

    /// <summary>Scored queries.</summary>
    public int Queries { get; private set; }

    public int LoneQueries { get; private set; }

    /// <summary><c>[Queries, Metrics]</c>.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Queries * Metrics.Count);

    /// <summary><c>[Queries, PerClassMetrics]</c>.</summary>
    public ReadOnlySpan<double> PerClassValues => _perClass.AsSpan(0, Queries * PerClassMetrics.Count);

    /// <summary>For each scored query the gallery item that stands wrongly at rank 1, or −1.</summary>
    public ReadOnlySpan<int> Confusions => _confusions.AsSpan(0, Queries);

    /// <summary>For each scored query its number among all queries.</summary>
    public ReadOnlySpan<int> Numbers => _numbers.AsSpan(0, Queries);

    public void Set(int query, Ranking ranking, int confusion)
    {
        _lone[query] = ranking.Relevant == 0;
        if (_lone[query])
            return;
        for (var m = 0; m < Metrics.Count; m++)
            _values[query * Metrics.Count + m] = Metrics[m].Score(ranking);
        var own = _perClass.AsSpan(query * PerClassMetrics.Count, PerClassMetrics.Count);
        own[0] = Evaluation.Metrics.Cmc(ranking, 1);
        own[1] = Evaluation.Metrics.AveragePrecision(ranking);
        own[2] = Evaluation.Metrics.MeanAveragePrecisionAtR(ranking);
        _confusions[query] = confusion;
    }

    /// <summary>Moves the scored queries together, in order.</summary>
    public void DropLoneQueries()
    {
        var kept = 0;
        for (var query = 0; query < _lone.Length; query++)
        {
            if (_lone[query])
                continue;
            Move(_values, Metrics.Count, query, kept);
            Move(_perClass, PerClassMetrics.Count, query, kept);
            _confusions[kept] = _confusions[query];
            _numbers[kept] = query;
            kept++;
        }
        LoneQueries = _lone.Length - kept;
        Queries = kept;
    }

    private static void Move(double[] rows, int width, int from, int to) => rows.AsSpan(from * width, width).CopyTo(rows.AsSpan(to * width));
}
