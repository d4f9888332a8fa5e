using System.Numerics.Tensors;
using Semblance.Index.Segments;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// Builds one ball tree from the top: of a node's rows the one farthest from the first, and the one farthest from that, span a line;
/// the rows are split at the median along it. O(n log n) distances.
/// </summary>
internal sealed class BallTreeBuilder
{
    // Below this a second thread does not pay.
    private const int ForkAbove = 8192;

    private readonly VectorSource _vectors;
    private readonly int _first;
    private readonly int _leafSize;
    private readonly int _dimension;
    private readonly CancellationToken _cancellationToken;
    private readonly int[] _order;
    private readonly float[] _keys;
    private readonly StoredArray<BallNode> _nodes;
    private readonly StoredArray<float> _centres;
    private readonly StoredArray<int> _starts;

    private BallTreeBuilder(VectorSource vectors, int first, int count, int leafSize, CancellationToken cancellationToken)
    {
        _vectors = vectors;
        _first = first;
        _leafSize = leafSize;
        _dimension = vectors.Dimension;
        _cancellationToken = cancellationToken;
        _order = new int[count];
        for (var i = 0; i < count; i++)
            _order[i] = i;
        _keys = new float[count];
        var nodes = TreeShape.Nodes(count, leafSize);
        _nodes = new StoredArray<BallNode>(nodes);
        _centres = new StoredArray<float>(checked(nodes * _dimension));
        _starts = new StoredArray<int>(((nodes + 1) / 2) + 1);
    }

    public static BallTreeSegment Build(VectorSource vectors, int first, int count, int leafSize, int threads, CancellationToken cancellationToken)
    {
        var builder = new BallTreeBuilder(vectors, first, count, leafSize, cancellationToken);
        builder.Split(0, count, 0, 0, threads);
        builder._starts.Slots[^1] = count;
        return new BallTreeSegment(
            first,
            count,
            count,
            builder._nodes,
            builder._centres,
            new StoredArray<float>([Augmentation.Fill(vectors, first, count, [])]),
            new Buckets(builder._starts, new StoredArray<int>(builder._order)),
            LeafRows.Of(vectors, first, builder._order));
    }

    // As in a k-d tree: where everything goes is known beforehand, so that the two sides can be built at once.
    private void Split(int start, int count, int node, int leaf, int threads)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var order = _order.AsSpan(start, count);
        var keys = _keys.AsSpan(start, count);
        var scratch = new float[_dimension];
        var radius = Enclose(order, node, scratch);
        if (count <= _leafSize)
        {
            _starts.Slots[leaf] = start;
            _nodes.Slots[node] = new BallNode(0, leaf, radius);
            return;
        }
        var from = Row(Farthest(Row(order[0], scratch).ToArray(), order, scratch), scratch).ToArray();
        var to = Row(Farthest(from, order, scratch), scratch).ToArray();
        var line = new float[_dimension];
        TensorPrimitives.Subtract(to, from, line);
        for (var i = 0; i < count; i++)
            keys[i] = VectorMath.Dot(line, Row(order[i], scratch));
        var left = TreeShape.LeftRows(count);
        Selection.Split(keys, order, left);
        var leftNodes = TreeShape.Nodes(left, _leafSize);
        var right = node + 1 + leftNodes;
        var rightLeaf = leaf + ((leftNodes + 1) / 2);
        _nodes.Slots[node] = new BallNode(right, 0, radius);
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

    private ReadOnlySpan<float> Row(int row, float[] scratch) => _vectors.At(_first + row, scratch);

    // Writes the node's centre; the radius around it, rounded up.
    private float Enclose(ReadOnlySpan<int> rows, int node, float[] scratch)
    {
        var centre = _centres.Slots.Slice(node * _dimension, _dimension);
        var sum = new double[_dimension];
        foreach (var row in rows)
        {
            var vector = Row(row, scratch);
            for (var j = 0; j < sum.Length; j++)
                sum[j] += vector[j];
        }
        for (var j = 0; j < sum.Length; j++)
            centre[j] = (float)(sum[j] / rows.Length);
        var farthest = 0f;
        foreach (var row in rows)
            farthest = MathF.Max(farthest, VectorMath.SquaredL2(centre, Row(row, scratch)));
        // Sums in float32 are off by about 10⁻⁶ of themselves.
        return MathF.Sqrt(farthest) * (1 + 1e-5f);
    }

    private int Farthest(float[] origin, ReadOnlySpan<int> rows, float[] scratch)
    {
        var (farthest, most) = (rows[0], -1f);
        foreach (var row in rows)
        {
            var distance = VectorMath.SquaredL2(origin, Row(row, scratch));
            if (distance > most)
                (farthest, most) = (row, distance);
        }
        return farthest;
    }
}
