using System.Text.Json.Serialization;
using Semblance.Evaluation;

namespace Semblance.Reports;

/// <summary>What an evaluation found. Keys of <see cref="Metrics"/> are the metrics' names, lower case: <c>cmc@1</c>, <c>map@r</c>.</summary>
/// <param name="Protocol"><c>leave-one-out</c>, <c>query-gallery</c> or <c>pairs</c>.</param>
/// <param name="Queries">Scored queries; for <c>pairs</c>, the pairs.</param>
/// <param name="LoneQueries">Queries left out because the gallery holds nothing relevant to them.</param>
/// <param name="Worst">Classes that are served worst, the worst first.</param>
public sealed record EvaluationRecord(
    string Protocol,
    int Queries,
    int Gallery,
    int LoneQueries,
    IReadOnlyDictionary<string, MetricRecord> Metrics,
    IReadOnlyList<ClassRecord> Worst,
    double Seconds)
{
    /// <summary>The same by simpler embedders on the same pictures, by their ids; left out where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, EvaluationRecord>? Baselines { get; init; }

    public static EvaluationRecord Of(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new(
            report.Protocol,
            report.Queries,
            report.Gallery,
            report.LoneQueries,
            Ordered(report.Metrics.Select(metric => (metric.Key, new MetricRecord(metric.Value.Value, metric.Value.Low, metric.Value.High)))),
            [.. report.Worst.Select(worst => new ClassRecord(worst.Class, worst.Queries, worst.CmcAt1, worst.MapAtR, worst.MostConfusedWith))],
            report.Seconds);
    }

    public static EvaluationRecord Of(GalleryEvaluationReport outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return Of(outcome.Report) with
        {
            Baselines = outcome.Baselines.Count == 0 ? null : Ordered(outcome.Baselines.Select(baseline => (baseline.Key, Of(baseline.Value)))),
        };
    }

    private static OrderedDictionary<string, T> Ordered<T>(IEnumerable<(string Key, T Value)> pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)), StringComparer.Ordinal);
}

/// <param name="Low">Lower end of the 95 % interval; null where none was computed.</param>
public sealed record MetricRecord(double Value, double? Low, double? High);

/// <param name="MostConfusedWith">The class whose items most often come first in place of its own; null if none does.</param>
public sealed record ClassRecord(
    string Class,
    int Queries,
    [property: JsonPropertyName("cmc@1")] double CmcAt1,
    [property: JsonPropertyName("map@r")] double MapAtR,
    string? MostConfusedWith);
