namespace Semblance.Index;

/// <summary>
/// What a search may return besides "the k nearest". All conditions that are set must hold.
/// The filters are asked while the index is scanned, from several threads when <see cref="Threads"/> is above 1,
/// so they must be thread-safe then and should be cheap.
/// </summary>
public sealed record SearchOptions
{
    internal static SearchOptions Default { get; } = new();

    /// <summary>Only ids for which this returns true are returned. It is asked for promising candidates only, in no fixed order.</summary>
    public Func<long, bool>? Filter { get; init; }

    /// <summary>
    /// Only ids in this set are returned. When the set is small beside the index, its members are looked up and nothing else is
    /// touched. <see cref="IdBitmap"/> is the compact form for many ids. It must not change while the search runs.
    /// </summary>
    public IReadOnlySet<long>? Allowed { get; init; }

    /// <summary>
    /// Ids in this set are not returned, whatever else lets them pass: the few that a kept <see cref="Allowed"/> set or no set at all would
    /// let through, such as the row that asks. It is asked for promising candidates only, so that leaving out a few ids costs next to
    /// nothing. It must not change while the search runs.
    /// </summary>
    public IReadOnlySet<long>? Except { get; init; }

    /// <summary>Rows farther than this are not returned; the bound itself is included. NaN is refused.</summary>
    public float? MaxDistance
    {
        get;
        init => field = value is float bound && float.IsNaN(bound)
            ? throw new ArgumentException("MaxDistance is NaN; give a number, or null for no bound.", nameof(value))
            : value;
    }

    /// <summary>
    /// How many threads a batch or a single scan may use; 1 (the default) stays on the caller's thread.
    /// The answer does not depend on it. Scans too small to gain from a second thread ignore it.
    /// What a filter throws on a second thread arrives inside an <see cref="AggregateException"/>.
    /// </summary>
    public int Threads
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = 1;

    /// <summary>
    /// How hard an approximate kind tries, in its own unit (the candidate list of a graph, lists probed, leaves visited); more is slower
    /// and finds more. Null leaves it to <see cref="TargetRecall"/> or the index. Exact kinds ignore it.
    /// </summary>
    public int? Effort
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Effort must be at least 1, or null to leave it to the index.");
    }

    /// <summary>
    /// The share of the true ten nearest that a search should return on average; the index picks the effort from the curve it measured
    /// (<see cref="IRowIndex.Tune"/>). Above 0, at most 1, which scans all rows. <see cref="Effort"/> wins over it.
    /// </summary>
    public float? TargetRecall
    {
        get;
        init => field = value is null or (> 0 and <= 1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The target recall must be above 0 and at most 1.");
    }

    /// <summary>What is left to ask of candidates that a structure has accepted.</summary>
    internal SearchOptions ForCandidates => Except is null ? Default : new SearchOptions { Except = Except };

    /// <summary>Filled by the search, for explanations. What asks for many at once leaves it alone.</summary>
    public SearchTrace? Trace { get; init; }
}
