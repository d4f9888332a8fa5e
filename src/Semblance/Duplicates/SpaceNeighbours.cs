using System.Globalization;
using Semblance.Spaces;

namespace Semblance.Duplicates;

/// <summary>
/// Pictures whose vectors score at least a threshold, by the index of a space: exact where that is, and else what it finds, which of near-duplicates
/// is nearly all. A query costs what a search costs.
/// </summary>
internal sealed class SpaceNeighbours : INeighbours
{
    /// <summary>Most pictures have no copy, and few have many: those that have are asked for more.</summary>
    private const int FewFirst = 8;

    private const int Growth = 8;

    /// <summary>Copies lie so near that searches for them find more than searches for what is alike.</summary>
    private const float TargetRecall = 0.99f;

    private readonly IReadOnlyList<GalleryItem> _items;
    private readonly INeighbourSearch _search;
    private readonly float _maxDistance;
    private readonly Dictionary<long, int> _positions;

    public SpaceNeighbours(IReadOnlyList<GalleryItem> items, INeighbourSearch search, float minScore)
    {
        _items = items;
        _search = search;
        _maxDistance = search.DistanceOf(minScore - ScoreScale.Rounding);
        _positions = new(items.Count);
        for (var position = 0; position < items.Count; position++)
            _positions[items[position].Id] = position;
    }

    public List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel)
    {
        var near = new List<Neighbour>[positions.Count];
        var options = new SpaceSearchOptions { MaxDistance = _maxDistance, TargetRecall = TargetRecall, Threads = Math.Max(1, parallel.MaxDegreeOfParallelism) };
        var open = Enumerable.Range(0, positions.Count).ToArray();
        for (var k = FewFirst; open.Length > 0; k = (int)Math.Min((long)k * Growth, _items.Count))
        {
            var found = _search.Neighbours(Array.ConvertAll(open, i => _items[positions[i]].Id), k, options, parallel.CancellationToken);
            for (var i = 0; i < open.Length; i++)
                near[open[i]] = [.. found[i].Where(hit => _positions.ContainsKey(hit.ItemId)).Select(hit => new Neighbour(_positions[hit.ItemId], hit.Distance))];
            open = k >= _items.Count ? [] : [.. Enumerable.Range(0, open.Length).Where(i => found[i].Count == k).Select(i => open[i])];
        }
        return near;
    }

    public string Why(int position, Neighbour neighbour) => string.Create(CultureInfo.InvariantCulture, $"score {_search.ScoreOf(neighbour.Distance):0.000}");
}
