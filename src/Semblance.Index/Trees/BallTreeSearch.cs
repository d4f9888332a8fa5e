using System.Runtime.CompilerServices;
using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// One best-first search over the ball trees of all segments. Balls wait in the order of a point half-way between their centre and their
/// nearest end: in many dimensions the query lies in many balls at once, and the nearest ends alone tell little about which to visit
/// first (SIFT, 100,000 rows, 64 leaves: recall@10 0.16 by the nearest end, 0.52 by the centre, 0.68 half-way, and 0.73 when the way down
/// is left for what waits elsewhere as soon as that is nearer). Whether a ball is visited at all is decided by its nearest end.
/// </summary>
internal sealed class BallTreeSearch<T>
    where T : unmanaged
{
    // The share of the radius that counts for the order.
    private const double Reach = 0.5;

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
        {
            var (order, bound) = Judge(segments[i], 0);
            _balls.Push(order, new Ball(i, 0, bound));
        }
    }

    /// <param name="Bound">No row of the ball has a smaller key.</param>
    private readonly record struct Ball(int Segment, int Node, double Bound);

    public void Run()
    {
        var leaves = EffortBudget.Of(_search.Effort, _search.Selectivity);
        var most = EffortBudget.WhileTooFew(_search.Effort);
        for (long visited = 0; _balls.Count > 0 && (visited < leaves || (visited < most && !_nearest.IsFull));)
        {
            var (_, ball) = _balls.Pop();
            if (ball.Bound > _nearest.KeyLimit(_longestSquared))
                continue;
            visited += Descend(ball) ? 1 : 0;
        }
    }

    // False when the way down became less promising than what waits elsewhere: then the rest of it waits as well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Descend(Ball ball)
    {
        var segment = _segments[ball.Segment];
        var nodes = segment.Nodes.Span;
        var at = ball.Node;
        while (nodes[at].Right != 0)
        {
            var right = nodes[at].Right;
            MemoryHint.Prefetch(segment.Centre(right, _search.Query.Length));
            var left = Judge(segment, at + 1);
            var other = Judge(segment, right);
            var (near, far) = (new Ball(ball.Segment, at + 1, left.Bound), new Ball(ball.Segment, right, other.Bound));
            var (nearOrder, farOrder) = (left.Order, other.Order);
            if (nearOrder > farOrder)
                (near, nearOrder, far, farOrder) = (far, farOrder, near, nearOrder);
            _balls.Push(farOrder, far);
            if (nearOrder > _balls.Least)
            {
                _balls.Push(nearOrder, near);
                return false;
            }
            at = near.Node;
        }
        var (start, count) = segment.Leaves.Range(nodes[at].Item);
        var dimension = _search.Query.Length;
        _nearest.Measure(segment, segment.Rows.Span.Slice(start * dimension, count * dimension), segment.Leaves.Members.Span.Slice(start, count));
        return true;
    }

    private (double Order, double Bound) Judge(BallTreeSegment segment, int node)
    {
        var query = _search.Query;
        var centre = segment.Centre(node, query.Length);
        var radius = segment.Nodes.Span[node].Radius;
        var distance = Math.Sqrt(VectorMath.SquaredL2(query, centre));
        var nearest = Math.Max(0, distance - radius);
        var order = distance - (Reach * radius);
        if (_metric == Metric.L2)
            return (order, nearest * nearest);
        var product = VectorMath.Dot(query, centre);
        if (_metric == Metric.InnerProduct)
            order = -product - (Reach * radius * _length);
        // −q·x = (|q − x|² − |q|² − |x|²) / 2, and by the ball's extent along the query: the larger is the better bound.
        return (order, Math.Max(((nearest * nearest) - _squaredLength - _longestSquared) / 2, -product - (radius * _length)));
    }
}
