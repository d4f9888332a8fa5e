namespace Semblance.Index;

/// <summary>How one search went, for explanations and tuning: give an empty one in <see cref="SearchOptions.Trace"/>.</summary>
public sealed class SearchTrace
{
    /// <summary>The effort the search used; 0 when the rows were scanned without a structure.</summary>
    public int Effort { get; internal set; }

    /// <summary>Nodes, codes or leaves the structure looked at.</summary>
    public long Visited { get; internal set; }

    /// <summary>Candidates whose stored rows were measured.</summary>
    public long Rescored { get; internal set; }

    /// <summary>Whether rows were scanned: no structure, a small allowed set, or too few candidates passed the filter.</summary>
    public bool Scanned { get; internal set; }

    /// <summary>Recall@10 the index measured for this effort on its own rows; null when it has not been tuned.</summary>
    public float? RecallEstimate { get; internal set; }

    internal void TellScan() => (Effort, Visited, Rescored, Scanned, RecallEstimate) = (0, 0, 0, true, 1);

    /// <param name="isAnswer">False when the rows had to be scanned after all.</param>
    internal void TellLed(int effort, long visited, long rescored, bool isAnswer, float? recall) =>
        (Effort, Visited, Rescored, Scanned, RecallEstimate) = (effort, visited, rescored, !isAnswer, isAnswer ? recall : 1);
}
