namespace Semblance.Index.Tests;

/// <summary>The metrics of float vectors.</summary>
internal static class VectorMetrics
{
    public static IReadOnlyList<Metric> All { get; } = [.. Enum.GetValues<Metric>().Where(metric => metric != Metric.Hamming)];
}
