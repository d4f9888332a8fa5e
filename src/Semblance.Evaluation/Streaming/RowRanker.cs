using System.Numerics;

namespace Semblance.Evaluation.Streaming;

/// <summary>
/// Turns one query's row of distances into its <see cref="Ranking"/> without sorting the row: only the R relevant distances are sorted, and
/// every irrelevant item is counted into the gap or tie it falls in. The range of the relevant distances is cut into more cells than it has
/// levels, so that an item's level is nearly always found by one look-up: O(n + R log R) expected, O(n log R) at worst.
/// Holds buffers: one per thread.
/// </summary>
internal sealed class RowRanker
{
    private float[] _levels = [];
    private int[] _relevantAt = [];
    private int[] _irrelevantAt = [];
    private int[] _irrelevantBelow = [];
    private int[] _firstLevel = [];

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
        var nearest = _levels[0];
        var furthest = _levels[levels - 1];
        var (cells, perUnit) = IndexLevels(levels);
        var nearestWrong = float.PositiveInfinity;
        var nearestWrongItem = -1;
        for (var i = 0; i < distances.Length; i++)
        {
            var distance = distances[i];
            if (relevance[i] != Relevance.Irrelevant)
                continue;
            if (!(distance <= furthest))
            {
                if (float.IsNaN(distance))
                    throw NotANumber(i);
                continue;
            }
            if (distance < nearestWrong)
            {
                nearestWrong = distance;
                nearestWrongItem = i;
            }
            var cell = Cell(distance, nearest, perUnit, cells);
            var level = LowerBound(_levels, _firstLevel[cell], _firstLevel[cell + 1], distance);
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

    /// <summary>
    /// Fills <see cref="_firstLevel"/>: the levels of cell c are those from [c] up to [c + 1]. <see cref="Cell"/> never decreases as the distance grows,
    /// rounding included, so a level in an earlier cell is nearer and one in a later cell is further.
    /// </summary>
    private (int Cells, float PerUnit) IndexLevels(int levels)
    {
        var cells = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(8 * levels, 64, 1 << 16));
        if (_firstLevel.Length < cells + 1)
            _firstLevel = new int[cells + 1];
        var perUnit = cells / (_levels[levels - 1] - _levels[0]);
        // One level, or an infinite range: everything in cell 0.
        if (!float.IsFinite(perUnit))
            perUnit = 0;
        var next = 0;
        for (var level = 0; level < levels; level++)
        {
            var cell = Cell(_levels[level], _levels[0], perUnit, cells);
            while (next <= cell)
                _firstLevel[next++] = level;
        }
        while (next <= cells)
            _firstLevel[next++] = levels;
        return (cells, perUnit);
    }

    /// <summary>The conversion saturates, and turns the NaN of ∞ · 0 into 0.</summary>
    private static int Cell(float distance, float nearest, float perUnit, int cells) => Math.Clamp((int)((distance - nearest) * perUnit), 0, cells - 1);

    /// <summary>The first level from <paramref name="start"/> that is not nearer than <paramref name="distance"/>, or <paramref name="end"/>.</summary>
    private static int LowerBound(float[] levels, int start, int end, float distance)
    {
        var length = end - start;
        while (length > 0)
        {
            var half = length >> 1;
            if (levels[start + half] < distance)
            {
                start += half + 1;
                length -= half + 1;
            }
            else
            {
                length = half;
            }
        }
        return start;
    }

    private static ArgumentException NotANumber(int item) =>
        new($"The distance to gallery item {item} is NaN; a ranking over it would be meaningless.");
}
