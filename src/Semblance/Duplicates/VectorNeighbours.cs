using System.Globalization;
using Semblance.Numerics;

namespace Semblance.Duplicates;

/// <summary>Pictures whose vectors score at least a threshold. A query is O(n·d); queries of one call share each read of the vectors.</summary>
internal sealed class VectorNeighbours : INeighbours
{
    // A block of rows is read from memory once for all queries of a call: at 256 dimensions it takes 128 KB, a part of the second-level cache.
    private const int Block = 128;

    private readonly Matrix _vectors;
    private readonly float _minScore;
    private readonly int[] _rowOf;
    private readonly int[] _positionOf;

    /// <param name="ids">Item id of each row of <paramref name="vectors"/>; rows of other items are passed over, items without a row have no neighbours.</param>
    /// <param name="vectors">L2-normalised: <c>[n, d]</c>.</param>
    public VectorNeighbours(IReadOnlyList<GalleryItem> items, long[] ids, Matrix vectors, float minScore)
    {
        _vectors = vectors;
        _minScore = minScore - ScoreScale.Rounding;
        var positions = new Dictionary<long, int>(items.Count);
        for (var position = 0; position < items.Count; position++)
            positions[items[position].Id] = position;
        _rowOf = new int[items.Count];
        Array.Fill(_rowOf, -1);
        _positionOf = new int[ids.Length];
        for (var row = 0; row < ids.Length; row++)
        {
            _positionOf[row] = positions.GetValueOrDefault(ids[row], -1);
            if (_positionOf[row] >= 0)
                _rowOf[_positionOf[row]] = row;
        }
    }

    public List<Neighbour>[] Near(IReadOnlyList<int> positions, ParallelOptions parallel)
    {
        var near = new List<Neighbour>[positions.Count];
        for (var i = 0; i < near.Length; i++)
            near[i] = [];
        Parallel.For(0, (_vectors.Rows + Block - 1) / Block, parallel, block =>
        {
            var start = block * Block;
            var count = Math.Min(Block, _vectors.Rows - start);
            var rows = _vectors.Slice(start, count).Span;
            Span<float> scores = stackalloc float[Block];
            for (var query = 0; query < near.Length; query++)
            {
                if (_rowOf[positions[query]] < 0)
                    continue;
                VectorMath.DotRows(_vectors.Row(_rowOf[positions[query]]), rows, scores[..count]);
                for (var i = 0; i < count; i++)
                {
                    var other = _positionOf[start + i];
                    if (scores[i] < _minScore || other < 0 || other == positions[query])
                        continue;
                    lock (near[query])
                        near[query].Add(new Neighbour(other, 1 - scores[i]));
                }
            }
        });
        return near;
    }

    public string Why(int position, Neighbour neighbour) => string.Create(CultureInfo.InvariantCulture, $"score {1 - neighbour.Distance:0.000}");
}
