using System.Runtime.CompilerServices;
using Semblance.Index.Segments;
using Semblance.Index.Structures;

namespace Semblance.Index.Trees;

/// <summary>One best-bin-first search over the k-d trees of all segments.</summary>
internal sealed class KdTreeSearch<T>
    where T : unmanaged
{
    private const int None = -1;

    private readonly KdTreeSegment[] _segments;
    private readonly StructureSearch<T> _search;
    private readonly NearestRows<T> _nearest;
    private readonly BoundQueue<Branch> _branches = new();
    private readonly int _width;
    private readonly float _longestSquared;
    private readonly double[] _boxOffsets; // [segments, width]: squared distance of the query from the box of all rows, by dimension.
    private Cut[] _cuts = new Cut[64];
    private int _cutCount;

    public KdTreeSearch(KdTreeSegment[] segments, Metric metric, StructureSearch<T> search)
    {
        _segments = segments;
        _search = search;
        _nearest = new NearestRows<T>(search, metric);
        _width = KdTreeKind.Width(metric, search.Query.Length);
        _boxOffsets = new double[segments.Length * _width];
        for (var i = 0; i < segments.Length; i++)
        {
            _longestSquared = MathF.Max(_longestSquared, segments[i].LongestSquared);
            // Short of the longest row, so that trees whose rows differ in length compare.
            _branches.Push(BoxDistance(i) - segments[i].LongestSquared, new Branch(i, 0, None));
        }
    }

    /// <summary>A subtree to visit, and the last of the cuts that keep the query away from it.</summary>
    private readonly record struct Branch(int Segment, int Node, int Cut);

    /// <summary>A region's squared distance from the query in one dimension; cuts nearer the root follow by <paramref name="Above"/>.</summary>
    private readonly record struct Cut(int Above, int Dimension, double Offset);

    public void Run()
    {
        var leaves = EffortBudget.Of(_search.Effort, _search.Selectivity);
        var most = EffortBudget.WhileTooFew(_search.Effort);
        for (long visited = 0; _branches.Count > 0 && (visited < leaves || (visited < most && !_nearest.IsFull)); visited++)
        {
            var (bound, branch) = _branches.Pop();
            // Written so that a bound of NaN, which only a damaged file brings in, is visited.
            if (bound > _nearest.SquaredLimit(_longestSquared))
                return;
            Descend(bound, branch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(double bound, Branch branch)
    {
        var segment = _segments[branch.Segment];
        var nodes = segment.Nodes.Span;
        var query = _search.Query;
        var (at, cut) = (branch.Node, branch.Cut);
        while (nodes[at].Right != 0)
        {
            var node = nodes[at];
            var coordinate = node.Item < query.Length ? query[node.Item] : 0;
            var old = Offset(branch.Segment, cut, node.Item);
            var left = coordinate > node.Low ? Math.Max(old, Square(coordinate - (double)node.Low)) : old;
            var right = coordinate < node.High ? Math.Max(old, Square(node.High - (double)coordinate)) : old;
            var leftBound = bound - old + left;
            var rightBound = bound - old + right;
            var leftCut = left > old ? Add(new Cut(cut, node.Item, left)) : cut;
            var rightCut = right > old ? Add(new Cut(cut, node.Item, right)) : cut;
            if (leftBound <= rightBound)
            {
                _branches.Push(rightBound, new Branch(branch.Segment, node.Right, rightCut));
                (at, bound, cut) = (at + 1, leftBound, leftCut);
            }
            else
            {
                _branches.Push(leftBound, new Branch(branch.Segment, at + 1, leftCut));
                (at, bound, cut) = (node.Right, rightBound, rightCut);
            }
        }
        var (start, count) = segment.Leaves.Range(nodes[at].Item);
        _nearest.Measure(segment, segment.Rows.Span.Slice(start * query.Length, count * query.Length), segment.Leaves.Members.Span.Slice(start, count));
    }

    private static double Square(double x) => x * x;

    private double Offset(int segment, int cut, int dimension)
    {
        for (; cut != None; cut = _cuts[cut].Above)
        {
            if (_cuts[cut].Dimension == dimension)
                return _cuts[cut].Offset;
        }
        return _boxOffsets[(segment * _width) + dimension];
    }

    private int Add(Cut cut)
    {
        if (_cutCount == _cuts.Length)
            Array.Resize(ref _cuts, _cutCount * 2);
        _cuts[_cutCount] = cut;
        return _cutCount++;
    }

    private double BoxDistance(int segment)
    {
        var box = _segments[segment].Box.Span;
        var query = _search.Query;
        double sum = 0;
        for (var j = 0; j < _width; j++)
        {
            var coordinate = j < query.Length ? query[j] : 0;
            var (low, high) = (box[j], box[_width + j]);
            var offset = Square(coordinate < low ? low - (double)coordinate : coordinate > high ? coordinate - (double)high : 0);
            _boxOffsets[(segment * _width) + j] = offset;
            sum += offset;
        }
        return sum;
    }
}
