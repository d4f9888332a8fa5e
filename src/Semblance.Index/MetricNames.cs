namespace Semblance.Index;

/// <summary>Metrics as files, data bases and commands spell them: <c>cosine</c>, <c>l2</c>, <c>ip</c>, <c>hamming</c>.</summary>
public static class MetricNames
{
    public static string Name(this Metric metric) => metric switch
    {
        Metric.Cosine => "cosine",
        Metric.L2 => "l2",
        Metric.InnerProduct => "ip",
        Metric.Hamming => "hamming",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a metric."),
    };

    public static bool TryParse(string name, out Metric metric)
    {
        foreach (var candidate in Enum.GetValues<Metric>())
        {
            metric = candidate;
            if (candidate.Name() == name)
                return true;
        }
        metric = default;
        return false;
    }
}
