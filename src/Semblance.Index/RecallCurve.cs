namespace Semblance.Index;

/// <summary>What an index measured at one effort.</summary>
/// <param name="Effort">See <see cref="SearchOptions.Effort"/>.</param>
/// <param name="Recall">The share of the true nearest rows that were found, on average over the queries.</param>
/// <param name="Microseconds">Median time of one search on one thread.</param>
public readonly record struct RecallPoint(int Effort, float Recall, float Microseconds);

/// <summary>Recall against effort, as an index measured it against exact search on its own rows; ascending by effort.</summary>
/// <param name="K">Neighbours asked for.</param>
/// <param name="Rows">Rows the index held then.</param>
public sealed record RecallCurve(int K, long Rows, IReadOnlyList<RecallPoint> Points)
{
    /// <summary>The smallest effort whose recall reaches the target; the largest measured when none does.</summary>
    public int EffortFor(float targetRecall)
    {
        foreach (var point in Points)
        {
            if (point.Recall >= targetRecall)
                return point.Effort;
        }
        return Points[^1].Effort;
    }

    /// <summary>Recall at an effort, between the measured points by straight line over the effort.</summary>
    public float RecallAt(int effort)
    {
        if (effort <= Points[0].Effort)
            return Points[0].Recall;
        for (var i = 1; i < Points.Count; i++)
        {
            var (low, high) = (Points[i - 1], Points[i]);
            if (effort <= high.Effort)
                return low.Recall + ((high.Recall - low.Recall) * (effort - low.Effort) / (high.Effort - low.Effort));
        }
        return Points[^1].Recall;
    }
}
