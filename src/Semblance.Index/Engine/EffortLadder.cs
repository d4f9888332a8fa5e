namespace Semblance.Index.Engine;

/// <summary>Efforts that are worth measuring.</summary>
internal static class EffortLadder
{
    /// <summary>
    /// About six a doubling up to the longest lists of candidates that pay: fine enough that a picked effort overshoots its target by little.
    /// </summary>
    public static IEnumerable<int> Fine => Up(1, 4096, 1.125);

    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, by default about four a doubling.</summary>
    public static IEnumerable<int> Up(int first, long last, double factor = 1.19)
    {
        var previous = 0;
        for (double effort = first; effort < last && effort < int.MaxValue; effort *= factor)
        {
            if ((int)effort <= previous)
                continue;
            previous = (int)effort;
            yield return previous;
        }
        if (last > previous && last <= int.MaxValue)
            yield return Math.Max(first, (int)last);
    }
}
