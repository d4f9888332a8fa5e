namespace Semblance.Index.Segments;

/// <summary>Efforts that are worth measuring.</summary>
internal static class EffortLadder
{
    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, about four a doubling: a picked effort overshoots its target by little.</summary>
    public static IEnumerable<int> Up(int first, long last)
    {
        var previous = 0;
        for (double effort = first; effort < last && effort < int.MaxValue; effort *= 1.19)
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
