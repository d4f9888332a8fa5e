namespace Semblance.Index.Segments;

/// <summary>
/// How many steps (leaves, candidates, probes) a search may take. Where a filter leaves few rows, a step yields fewer of them: then it
/// takes as many more, up to a bound, beyond which scanning is the better way.
/// </summary>
internal static class EffortBudget
{
    private const double MostTimes = 16;

    public static long Of(int effort, float selectivity) => (long)(effort * Math.Min(MostTimes, 1 / Math.Max(selectivity, 1e-6)));

    /// <summary>How far it may go on while fewer than k rows were accepted.</summary>
    public static long WhileTooFew(int effort) => (long)(effort * MostTimes);
}
