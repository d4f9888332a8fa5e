namespace Semblance.Reports;

/// <summary>How an answer was found, under one key so that a reader of several lines knows it from a hit.</summary>
public sealed record ExplanationRecord(SearchExplanationRecord Explanation)
{
    public static ExplanationRecord Of(SearchExplanation how)
    {
        ArgumentNullException.ThrowIfNull(how);
        return new(new SearchExplanationRecord(
            how.Index,
            how.Space,
            how.Searched,
            how.Filtered,
            how.Effort,
            how.Visited,
            how.Rescored,
            how.Scanned,
            how.RecallEstimate,
            how.Raised,
            Math.Round(how.EmbedMilliseconds, 3),
            Math.Round(how.SearchMicroseconds, 1),
            [.. how.Stages.Select(stage => new SearchStageRecord(stage.Name, stage.In, stage.Out, Math.Round(stage.Microseconds, 1)))]));
    }
}

/// <summary>The members of <see cref="SearchExplanation"/>, which says what each means.</summary>
public sealed record SearchExplanationRecord(
    string Index,
    string Space,
    long Searched,
    bool Filtered,
    int? Effort,
    long Visited,
    long Rescored,
    bool Scanned,
    float? RecallEstimate,
    int Raised,
    double EmbedMilliseconds,
    double SearchMicroseconds,
    IReadOnlyList<SearchStageRecord> Stages);

/// <summary>The members of <see cref="SearchStage"/>.</summary>
public sealed record SearchStageRecord(string Name, long In, long Out, double Microseconds);
