using Semblance.Index;

namespace Semblance.Searching;

/// <summary>Which kind of index a gallery should have, and when the one it has is worth building again.</summary>
internal static class IndexPolicy
{
    public const string Auto = "auto";

    public const float UsualTargetRecall = 0.98f;

    /// <summary>Queries that a fresh index measures itself by; their average then errs by about half a point.</summary>
    public const int TuningQueries = 200;

    /// <summary>Below this many rows an approximate kind may still be scanning, and what it measured would not hold for long.</summary>
    public const int TuneFrom = 2_000;

    /// <summary>Grown so many times since it measured itself, an index has outgrown its lists and its recall curve.</summary>
    private const int OutgrownFactor = 4;

    // Before an index would compact itself in the middle of somebody's search, at a quarter of dead rows.
    private const int WorthAtOneIn = 5;
    private const int WorthAtDeadRows = 1000;

    /// <param name="setting">A kind, or <see cref="Auto"/>.</param>
    /// <param name="current">The kind there is now, if any.</param>
    public static string KindFor(string setting, long rows, string? current)
    {
        if (setting != Auto)
            return setting;
        var chosen = VectorIndexes.Choose(rows);
        // A collection about the bound's size must not be built anew each time it crosses it.
        return chosen == ExactVectorIndex.KindName && current is not null && current == VectorIndexes.Choose(long.MaxValue) && rows > VectorIndexes.ExactUpTo / 2
            ? current
            : chosen;
    }

    public static bool IsWorthBuilding(VectorIndex index, string setting)
    {
        var statistics = index.Statistics;
        if (index.Kind != KindFor(setting, statistics.Count, index.Kind))
            return true;
        if (index.Kind == ExactVectorIndex.KindName)
            return false;
        if (statistics.Deleted >= WorthAtDeadRows && statistics.Deleted * WorthAtOneIn >= statistics.Count + statistics.Deleted)
            return true;
        return statistics.Count >= TuneFrom && (index.RecallCurve is not { } curve || statistics.Count >= curve.Rows * OutgrownFactor);
    }
}
