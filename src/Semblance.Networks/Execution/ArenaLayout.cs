namespace Semblance.Networks.Execution;

/// <summary>
/// Lays buffers with known lifetimes into one arena so that those that live at the same time do not overlap: largest first, each in
/// the tightest gap among the neighbours in time that are placed already ("greedy by size", Pisarchyk and Lee, "Efficient memory
/// management for deep neural net inference", 2020). O(n² log n) for n buffers.
/// </summary>
internal static class ArenaLayout
{
    public const int Alignment = 64;

    /// <summary>Sets every buffer's offset and returns the bytes of the arena.</summary>
    public static nint Place(IReadOnlyList<PlannedBuffer> buffers)
    {
        var placed = new List<PlannedBuffer>();
        nint size = 0;
        var neighbours = new List<PlannedBuffer>();
        foreach (var buffer in buffers.OrderByDescending(buffer => buffer.Bytes).ThenBy(buffer => buffer.Start))
        {
            neighbours.Clear();
            neighbours.AddRange(placed.Where(other => other.Start <= buffer.End && buffer.Start <= other.End));
            neighbours.Sort((left, right) => left.Offset.CompareTo(right.Offset));
            nint at = 0, best = -1, bestGap = nint.MaxValue;
            foreach (var other in neighbours)
            {
                var gap = other.Offset - at;
                if (gap >= buffer.Bytes && gap < bestGap)
                    (best, bestGap) = (at, gap);
                at = Math.Max(at, RoundUp(other.Offset + other.Bytes));
            }
            buffer.Offset = best >= 0 ? best : at;
            size = Math.Max(size, buffer.Offset + buffer.Bytes);
            placed.Add(buffer);
        }
        return RoundUp(size);
    }

    private static nint RoundUp(nint bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
