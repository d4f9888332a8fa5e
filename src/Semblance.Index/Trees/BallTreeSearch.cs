using System.Runtime.CompilerServices;
using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>One best-first search over the ball trees of all segments.</summary>
internal sealed class BallTreeSearch<T>
    where T : unmanaged
{
    private readonly BallTreeSegment[] _segments;
    private readonly Metric _metric;
    private readonly StructureSearch<T> _search;
    private readonly NearestRows<T> _nearest;
    private readonly BoundQueue<Ball> _balls = new();
    private readonly double _squaredLength;
    private readonly double _length;
    private readonly float _longestSquared;

    public BallTreeSearch(BallTreeSegment[] segments, Metric metric, StructureSearch<T> search)
    {
        _segments = segments;
        _metric = metric;
        _search = search;
        _nearest = new NearestRows<T>(search, metric);
        _squaredLength = VectorMath.Dot(search.Query, search.Query);
        _length = Math.Sqrt(_squaredLength);
        foreach (var segment in segments)
            _longestSquared = MathF.Max(_longestSquared, segment.Longest.Span[0]);
        for (var i = 0; i < segments.Length; i++)
            _balls.Push(Bound(segments[i], 0), new Ball(i, 0));
    }

    private readonly record struct Ball(int Segment, int Node);

    public void Run()
    {
        var leaves = EffortBudget.Of(_search.Effort, _search.Selectivity);
        var most = EffortBudget.WhileTooFew(_search.Effort);
        for (long visited = 0; _balls.Count > 0 && (visited < leaves || (visited < most && !_nearest.IsFull)); visited++)
        {
            var (bound, ball) = _balls.Pop();
            // Written so that a bound of NaN, which only a damaged file brings in, is visited.
            if (bound > _nearest.KeyLimit(_longestSquared))
                return;
            Descend(ball);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(Ball ball)
    {
        var segment = _segments[ball.Segment];
        var nodes = segment.Nodes.Span;
        var at = ball.Node;
        while (nodes[at].Right != 0)
        {
            var right = nodes[at].Right;
            MemoryHint.Prefetch(segment.Centre(right, _search.Query.Length));
            var leftBound = Bound(segment, at + 1);
            var rightBound = Bound(segment, right);
            if (leftBound <= rightBound)
            {
                _balls.Push(rightBound, new Ball(ball.Segment, right));
                at++;
            }
            else
            {
                _balls.Push(leftBound, new Ball(ball.Segment, at + 1));
                at = right;
            }
        }
        var (start, count) = segment.Leaves.Range(nodes[at].Item);
        var dimension = _search.Query.Length;
        _nearest.Measure(segment, segment.Rows.Span.Slice(start * dimension, count * dimension), segment.Leaves.Members.Span.Slice(start, count));
    }

    // No row of the ball has a smaller key.
    private double Bound(BallTreeSegment segment, int node)
    {
        var query = _search.Query;
        var centre = segment.Centre(node, query.Length);
        var radius = segment.Nodes.Span[node].Radius;
        var nearest = Math.Max(0, Math.Sqrt(VectorMath.SquaredL2(query, centre)) - radius);
        if (_metric == Metric.L2)
            return nearest * nearest;
        // −q·x = (|q − x|² − |q|² − |x|²) / 2, and by the ball's reach along the query: the larger is the better bound.
        return Math.Max((nearest * nearest - _squaredLength - _longestSquared) / 2, -VectorMath.Dot(query, centre) - (radius * _length));
    }
}
