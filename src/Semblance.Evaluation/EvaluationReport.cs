namespace Semblance.Evaluation;

/// <summary>A class that retrieval serves badly. <paramref name="MostConfusedWith"/>: whose items most often come first in place of its own; null if none does.</summary>
public sealed record ClassScore(string Class, int Queries, double CmcAt1, double MapAtR, string? MostConfusedWith);

/// <summary>
/// What an evaluation found. <see cref="Metrics"/> keeps the order of computation; its keys are the contract's keys in JSON.
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
}
