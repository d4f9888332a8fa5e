using System.Globalization;
using Semblance.Numerics;

namespace Semblance.Duplicates;

/// <summary>Pictures whose vectors score at least a threshold. A query reads all n vectors: O(n·d).</summary>
internal sealed class VectorNeighbours : INeighbours
{
    // Scores of one block of rows stay in the first-level cache.
    private const int Block = 1024;

    private readonly Matrix _vectors;
    private readonly float _minScore;
    private readonly int[] _rowOf;
    private readonly int[] _positionOf;

    /// <param name="ids">Item id of each row of <paramref name="vectors"/>; rows of other items are passed over, items without a row have no neighbours.</param>
    /// <param name="vectors">L2-normalised: <c>[n, d]</c>.</param>
    public VectorNeighbours(IReadOnlyList<GalleryItem> items, long[] ids, Matrix vectors, float minScore)
    {
        _vectors = vectors;
        _minScore = minScore;
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

    public List<Neighbour> Near(int position)
    {
        var near = new List<Neighbour>();
        if (_rowOf[position] < 0)
            return near;
        var query = _vectors.Row(_rowOf[position]);
        Span<float> scores = stackalloc float[Block];
        for (var start = 0; start < _vectors.Rows; start += Block)
        {
            var count = Math.Min(Block, _vectors.Rows - start);
            VectorMath.DotRows(query, _vectors.Slice(start, count).Span, scores[..count]);
            for (var i = 0; i < count; i++)
            {
                var other = _positionOf[start + i];
                if (scores[i] >= _minScore && other >= 0 && other != position)
                    near.Add(new Neighbour(other, 1 - scores[i]));
            }
        }
        return near;
    }

    public string Why(int position, Neighbour neighbour) => string.Create(CultureInfo.InvariantCulture, $"score {1 - neighbour.Distance:0.000}");
}
