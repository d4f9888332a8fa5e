namespace Semblance.Evaluation.Streaming;

/// <summary>
/// Turns one query's row of distances into its <see cref="Ranking"/> without sorting the row: only the R relevant distances are sorted, and
/// every irrelevant item is counted into the gap or tie it falls in. O(n log R). Holds buffers: one per thread.
/// </summary>
internal sealed class RowRanker
{
    private float[] _levels = [];
    private int[] _relevantAt = [];
    private int[] _irrelevantAt = [];
    private int[] _irrelevantBelow = [];

    /// <summary><paramref name="confusion"/>: the nearest irrelevant item when no relevant item is nearer (ties by smaller index), else −1.</summary>
    public Ranking Rank(ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance, out int confusion, int depth = int.MaxValue)
    {
        if (distances.Length != relevance.Length)
            throw new ArgumentException($"{distances.Length} distances with {relevance.Length} relevance flags.", nameof(relevance));
        var relevant = CollectRelevant(distances, relevance);
        confusion = -1;
        if (relevant == 0)
            return Ranking.Own([], 0, depth);
        var levels = Compact(relevant);
        var furthest = _levels[levels - 1];
        var nearestWrong = float.PositiveInfinity;
        var nearestWrongItem = -1;
        for (var i = 0; i < distances.Length; i++)
        {
            var distance = distances[i];
            if (distance > furthest || relevance[i] != Relevance.Irrelevant)
                continue;
            if (distance < nearestWrong)
            {
                nearestWrong = distance;
                nearestWrongItem = i;
            }
            var level = LowerBound(_levels, levels, distance);
            if (level == levels)
                throw NotANumber(i);
            if (_levels[level] == distance)
                _irrelevantAt[level]++;
            else
                _irrelevantBelow[level]++;
        }
        if (nearestWrongItem >= 0 && nearestWrong <= _levels[0])
            confusion = nearestWrongItem;
        return Ranking.Own(Groups(levels, depth), relevant, depth);
    }

    private int CollectRelevant(ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance)
    {
        var count = 0;
        for (var i = 0; i < distances.Length; i++)
        {
            if (relevance[i] != Relevance.Relevant)
                continue;
            if (float.IsNaN(distances[i]))
                throw NotANumber(i);
            if (count == _levels.Length)
                Array.Resize(ref _levels, Math.Max(64, 2 * count));
            _levels[count++] = distances[i];
        }
        Array.Sort(_levels, 0, count);
        return count;
    }

    /// <summary>Merges equal distances of the sorted relevant items into levels.</summary>
    private int Compact(int relevant)
    {
        if (_relevantAt.Length < relevant)
        {
            _relevantAt = new int[_levels.Length];
            _irrelevantAt = new int[_levels.Length];
            _irrelevantBelow = new int[_levels.Length];
        }
        var levels = 0;
        for (var i = 0; i < relevant; i++)
        {
            if (levels > 0 && _levels[levels - 1] == _levels[i])
            {
                _relevantAt[levels - 1]++;
                continue;
            }
            _levels[levels] = _levels[i];
            _relevantAt[levels] = 1;
            levels++;
        }
        Array.Clear(_irrelevantAt, 0, levels);
        Array.Clear(_irrelevantBelow, 0, levels);
        return levels;
    }

    private TieGroup[] Groups(int levels, int depth)
    {
        var known = levels;
        var before = 0;
        for (var level = 0; level < levels; level++)
        {
            before += _irrelevantBelow[level];
            if (before >= depth)
            {
                known = level;
                break;
            }
            before += _relevantAt[level] + _irrelevantAt[level];
        }
        var groups = new TieGroup[known];
        before = 0;
        for (var level = 0; level < known; level++)
        {
            before += _irrelevantBelow[level];
            groups[level] = new TieGroup(before, _relevantAt[level] + _irrelevantAt[level], _relevantAt[level]);
            before += groups[level].Count;
        }
        return groups;
    }

    /// <summary>The first level that is not nearer than <paramref name="distance"/>; without branches that depend on the data, which would be mispredicted half the time.</summary>
    private static int LowerBound(float[] levels, int count, float distance)
    {
        var start = 0;
        var length = count;
        while (length > 0)
        {
            var half = length >> 1;
            var nearer = !(levels[start + half] >= distance);
            start = nearer ? start + half + 1 : start;
            length = nearer ? length - half - 1 : half;
        }
        return start;
    }

    private static ArgumentException NotANumber(int item) =>
        new($"The distance to gallery item {item} is NaN; a ranking over it would be meaningless.");
}
