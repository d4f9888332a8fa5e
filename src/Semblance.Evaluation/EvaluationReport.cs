using System.Text;
using System.Text.Json;

namespace Semblance.Evaluation;

/// <summary>A class that retrieval serves badly. <paramref name="MostConfusedWith"/>: whose items most often come first in place of its own; null if none does.</summary>
public sealed record ClassScore(string Class, int Queries, double CmcAt1, double MapAtR, string? MostConfusedWith);

/// <summary>
/// What an evaluation found. <see cref="Metrics"/> keeps the order of computation; its keys are the contract's JSON keys.
/// Means are over the queries that are not lone.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary><c>leave-one-out</c>, <c>query-gallery</c> or <c>pairs</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Scored queries, lone ones not counted; for <c>pairs</c>, the pairs.</summary>
    public required int Queries { get; init; }

    /// <summary>Gallery items; for <c>pairs</c>, the distinct items in them.</summary>
    public required int Gallery { get; init; }

    /// <summary>Queries left out because the gallery holds nothing relevant to them.</summary>
    public int LoneQueries { get; init; }

    public required OrderedDictionary<string, MetricValue> Metrics { get; init; }

    /// <summary>The classes with the lowest MAP@R, worst first.</summary>
    public IReadOnlyList<ClassScore> Worst { get; init; } = [];

    public double Seconds { get; init; }

    /// <summary>The report as <c>{protocol, queries, gallery, lone_queries, metrics: {key: {value, low, high}}, worst: […], seconds}</c>; a missing bound is null.</summary>
    public string ToJson(bool indented = false)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented }))
            WriteTo(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("protocol", Protocol);
        writer.WriteNumber("queries", Queries);
        writer.WriteNumber("gallery", Gallery);
        writer.WriteNumber("lone_queries", LoneQueries);
        writer.WriteStartObject("metrics");
        foreach (var (name, value) in Metrics)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("value", value.Value);
            WriteBound(writer, "low", value.Low);
            WriteBound(writer, "high", value.High);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteStartArray("worst");
        foreach (var entry in Worst)
        {
            writer.WriteStartObject();
            writer.WriteString("class", entry.Class);
            writer.WriteNumber("queries", entry.Queries);
            writer.WriteNumber("cmc@1", entry.CmcAt1);
            writer.WriteNumber("map@r", entry.MapAtR);
            writer.WriteString("most_confused_with", entry.MostConfusedWith);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNumber("seconds", Seconds);
        writer.WriteEndObject();
    }

    private static void WriteBound(Utf8JsonWriter writer, string name, double? bound)
    {
        if (bound is { } value)
            writer.WriteNumber(name, value);
        else
            writer.WriteNull(name);
    }
}
