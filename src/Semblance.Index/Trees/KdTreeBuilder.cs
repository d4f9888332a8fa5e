using System.Numerics.Tensors;
using Semblance.Index.Segments;

namespace Semblance.Index.Trees;

/// <summary>
/// Builds one k-d tree: each node splits at the median of the dimension in which its rows vary most (Friedman, Bentley and Finkel 1977).
/// O(n log n) coordinates, and for the variance up to 1,024 rows a node.
/// </summary>
internal sealed class KdTreeBuilder
{
    // Rows that tell which dimension varies most as well as all would.
    private const int VarianceSample = 1024;

    // Below this a second thread does not pay.
    private const int ForkAbove = 8192;

    private readonly VectorSource _vectors;
    private readonly int _first;
    private readonly int _leafSize;
    private readonly int _width; // Split dimensions: one more than the vectors' under inner product.
    private readonly float[] _extra;
    private readonly float _longestSquared;
    private readonly CancellationToken _cancellationToken;
    private readonly int[] _order;
    private readonly float[] _keys;
    private readonly StoredArray<KdNode> _nodes;
    private readonly StoredArray<int> _starts;

    private KdTreeBuilder(VectorSource vectors, Metric metric, int first, int count, int leafSize, CancellationToken cancellationToken)
    {
        _vectors = vectors;
        _first = first;
        _leafSize = leafSize;
        _cancellationToken = cancellationToken;
        _extra = metric == Metric.InnerProduct ? new float[count] : [];
        _width = vectors.Dimension + (metric == Metric.InnerProduct ? 1 : 0);
        if (metric != Metric.L2)
            _longestSquared = Augmentation.Fill(vectors, first, count, _extra);
        _order = new int[count];
        for (var i = 0; i < count; i++)
            _order[i] = i;
        _keys = new float[count];
        var nodes = TreeShape.Nodes(count, leafSize);
        _nodes = new StoredArray<KdNode>(nodes);
        _starts = new StoredArray<int>(((nodes + 1) / 2) + 1);
    }

    public static KdTreeSegment Build(VectorSource vectors, Metric metric, int first, int count, int leafSize, int threads, CancellationToken cancellationToken)
    {
        var builder = new KdTreeBuilder(vectors, metric, first, count, leafSize, cancellationToken);
        builder.Split(0, count, 0, 0, threads);
        builder._starts.Slots[^1] = count;
        return new KdTreeSegment(
            first, count, count, builder._nodes, builder.Box(),
            new Buckets(builder._starts, new StoredArray<int>(builder._order)), LeafRows.Of(vectors, first, builder._order));
    }

    // Rows start … start + count − 1 of the order become the subtree at a node, whose leaves are numbered from leaf on.
    // Where everything goes is known beforehand, so that the two sides can be built at once.
    private void Split(int start, int count, int node, int leaf, int threads)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (count <= _leafSize)
        {
            _starts.Slots[leaf] = start;
            _nodes.Slots[node] = new KdNode(0, leaf, 0, 0);
            return;
        }
        var order = _order.AsSpan(start, count);
        var keys = _keys.AsSpan(start, count);
        var dimension = MostVariant(order);
        if (dimension == _vectors.Dimension)
        {
            for (var i = 0; i < count; i++)
                keys[i] = _extra[order[i]];
        }
        else
        {
            var scratch = new float[_vectors.Dimension];
            for (var i = 0; i < count; i++)
                keys[i] = _vectors.At(_first + order[i], scratch)[dimension];
        }
        var left = TreeShape.LeftRows(count);
        Selection.Split(keys, order, left);
        var leftNodes = TreeShape.Nodes(left, _leafSize);
        var right = node + 1 + leftNodes;
        var rightLeaf = leaf + ((leftNodes + 1) / 2);
        _nodes.Slots[node] = new KdNode(right, dimension, TensorPrimitives.Max<float>(keys[..left]), TensorPrimitives.Min<float>(keys[left..]));
        if (threads > 1 && count > ForkAbove)
        {
            Parallel.Invoke(
                () => Split(start, left, node + 1, leaf, threads / 2),
                () => Split(start + left, count - left, right, rightLeaf, threads - (threads / 2)));
            return;
        }
        Split(start, left, node + 1, leaf, 1);
        Split(start + left, count - left, right, rightLeaf, 1);
    }

    private int MostVariant(ReadOnlySpan<int> rows)
    {
        var sample = Math.Min(rows.Length, VarianceSample);
        var dimension = _vectors.Dimension;
        var scratch = new float[dimension];
        var origin = _vectors.At(_first + rows[0], scratch).ToArray();
        var difference = new float[dimension];
        var sums = new float[dimension];
        var squares = new float[dimension];
        double extraSum = 0, extraSquare = 0;
        for (var i = 0; i < sample; i++)
        {
            var row = rows[(int)((long)i * rows.Length / sample)];
            // Differences from one of the rows: sums of squares of large coordinates would hide a small spread.
            TensorPrimitives.Subtract(_vectors.At(_first + row, scratch), origin, difference);
            TensorPrimitives.Add(sums, difference, sums);
            TensorPrimitives.MultiplyAdd(difference, difference, squares, squares);
            if (_width > dimension)
            {
                var extra = (double)_extra[row] - _extra[rows[0]];
                extraSum += extra;
                extraSquare += extra * extra;
            }
        }
        var most = 0;
        var variance = double.NegativeInfinity;
        for (var j = 0; j < _width; j++)
        {
            var (sum, square) = j < dimension ? (sums[j], squares[j]) : (extraSum, extraSquare);
            var here = square - (sum * sum / sample);
            if (here > variance)
                (most, variance) = (j, here);
        }
        return most;
    }

    private StoredArray<float> Box()
    {
        var box = new StoredArray<float>((2 * _width) + 1);
        var low = box.Slots[.._width];
        var high = box.Slots.Slice(_width, _width);
        low.Fill(float.PositiveInfinity);
        high.Fill(float.NegativeInfinity);
        var dimension = _vectors.Dimension;
        var scratch = new float[dimension];
        for (var row = 0; row < _order.Length; row++)
        {
            var vector = _vectors.At(_first + row, scratch);
            TensorPrimitives.Min(low[..dimension], vector, low[..dimension]);
            TensorPrimitives.Max(high[..dimension], vector, high[..dimension]);
        }
        if (_width > dimension)
        {
            low[dimension] = TensorPrimitives.Min<float>(_extra);
            high[dimension] = TensorPrimitives.Max<float>(_extra);
        }
        box.Slots[^1] = _longestSquared;
        return box;
    }
}
