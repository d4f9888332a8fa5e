using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Semblance.Index.Segments;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// Builds random-projection trees as Annoy does (Bernhardsson): a node's rows are parted by the plane half-way between two centroids,
/// which a short two-means on rows drawn at random finds. O(trees · n log n) products. Each tree has a generator of its own, so the trees
/// do not depend on the threads.
/// </summary>
internal sealed class ForestBuilder(VectorSource vectors, Metric metric, int first, int count, RpForestOptions options, CancellationToken cancellationToken)
{
    private const int TwoMeansSteps = 200;
    private const int Attempts = 3;

    // Of a split's rows on one side: above this another plane is tried, and in the end chance parts the rows.
    private const double Unbalanced = 0.95;
    private const double Hopeless = 0.99;

    // Under inner product planes have one element more for the coordinate that makes all rows equally long.
    private readonly int _width = vectors.Dimension + (metric == Metric.InnerProduct ? 1 : 0);
    private readonly float[] _extra = metric == Metric.InnerProduct ? new float[count] : [];
    private readonly int _leafSize = options.LeafSize ?? DefaultLeafSize(vectors.Dimension);

    /// <summary>A leaf about as large as the plane it saves: 4 bytes a row against 4 a dimension.</summary>
    public static int DefaultLeafSize(int dimension) => Math.Clamp(dimension, 16, 256);

    public ForestSegment Build(int threads)
    {
        if (metric == Metric.InnerProduct)
            Augmentation.Fill(vectors, first, count, _extra);
        var trees = new Tree[options.Trees];
        Parallel.For(0, trees.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, tree =>
            trees[tree] = new Tree(this, unchecked(((long)options.Seed << 32) ^ ((long)first << 10) ^ tree)));
        return Joined(trees);
    }

    private ForestSegment Joined(Tree[] trees)
    {
        var dimension = vectors.Dimension;
        var planes = trees.Sum(tree => tree.Biases.Count);
        var joined = new ForestSegment(
            first,
            count,
            count,
            new StoredArray<int>(trees.Length + 1),
            new StoredArray<ForestNode>(trees.Sum(tree => tree.Nodes.Count)),
            new StoredArray<float>(checked(planes * dimension)),
            new StoredArray<float>(metric == Metric.L2 ? planes : 0),
            new Buckets(new StoredArray<int>(trees.Sum(tree => tree.Starts.Count) + 1), new StoredArray<int>(checked(trees.Length * count))));
        var (node, plane, leaf) = (0, 0, 0);
        for (var t = 0; t < trees.Length; t++)
        {
            var tree = trees[t];
            joined.Roots.Slots[t] = node;
            foreach (var part in tree.Nodes)
                joined.Nodes.Slots[node++] = part with { Item = part.Item + (part.Right == 0 ? leaf : plane) };
            foreach (var start in tree.Starts)
                joined.Leaves.Starts.Slots[leaf++] = (t * count) + start;
            tree.Order.CopyTo(joined.Leaves.Members.Slots.Slice(t * count, count));
            CollectionsMarshal.AsSpan(tree.Planes).CopyTo(joined.Planes.Slots[(plane * dimension)..]);
            if (metric == Metric.L2)
                CollectionsMarshal.AsSpan(tree.Biases).CopyTo(joined.Biases.Slots[plane..]);
            plane += tree.Biases.Count;
        }
        joined.Roots.Slots[^1] = node;
        joined.Leaves.Starts.Slots[^1] = trees.Length * count;
        return joined;
    }

    private sealed class Tree
    {
        private readonly ForestBuilder _forest;
        private readonly SeededRandom _random;
        private readonly float[] _scratch;
        private readonly float[] _plane;
        private readonly float[] _other;
        private readonly int[] _right; // The right side of the split at hand.

        public Tree(ForestBuilder forest, long seed)
        {
            _forest = forest;
            _random = new SeededRandom(seed);
            _scratch = new float[forest._width];
            _plane = new float[forest._width];
            _other = new float[forest._width];
            Order = new int[forest.Rows];
            for (var i = 0; i < Order.Length; i++)
                Order[i] = i;
            _right = new int[Order.Length];
            Split(0, Order.Length);
        }

        public int[] Order { get; }

        public List<ForestNode> Nodes { get; } = [];

        public List<float> Planes { get; } = [];

        /// <summary>One a plane, whatever the metric.</summary>
        public List<float> Biases { get; } = [];

        /// <summary>Where each leaf begins in the order.</summary>
        public List<int> Starts { get; } = [];

        private void Split(int start, int count)
        {
            _forest.ThrowIfCancelled();
            if (count <= _forest._leafSize)
            {
                Nodes.Add(new ForestNode(0, Starts.Count));
                Starts.Add(start);
                return;
            }
            var left = Part(Order.AsSpan(start, count), out var bias);
            var node = Nodes.Count;
            Nodes.Add(new ForestNode(0, Biases.Count));
            Planes.AddRange(_plane.AsSpan(0, _forest.Dimension));
            Biases.Add(bias);
            Split(start, left);
            Nodes[node] = Nodes[node] with { Right = Nodes.Count };
            Split(start + left, count - left);
        }

        // Reorders the rows by the side of the plane they are on; returns how many are on the left.
        private int Part(Span<int> rows, out float bias)
        {
            for (var attempt = 0; ; attempt++)
            {
                bias = FindPlane(rows);
                var left = PartByPlane(rows, bias);
                var share = Math.Max(left, rows.Length - left) / (double)rows.Length;
                if (share < Unbalanced || (attempt == Attempts - 1 && share < Hopeless))
                    return left;
                if (attempt == Attempts - 1)
                    break;
            }
            // Mostly equal rows: any halves will do, and searches go both ways alike.
            Array.Clear(_plane);
            bias = 0;
            _random.Shuffle(rows);
            return rows.Length / 2;
        }

        private int PartByPlane(Span<int> rows, float bias)
        {
            var (left, right) = (0, 0);
            foreach (var row in rows)
            {
                var margin = VectorMath.Dot(_plane, _forest.Row(row, _scratch)) + bias;
                // Rows on the plane go either way, or equal rows would never part.
                if (margin != 0 ? margin > 0 : (_random.NextUInt64() & 1) != 0)
                    _right[right++] = row;
                else
                    rows[left++] = row;
            }
            _right.AsSpan(0, right).CopyTo(rows[left..]);
            return left;
        }

        // The plane half-way between two centroids, in _plane; returns its bias.
        private float FindPlane(ReadOnlySpan<int> rows)
        {
            var i = _random.NextInt(rows.Length);
            var j = _random.NextInt(rows.Length - 1);
            j += j >= i ? 1 : 0;
            _forest.Row(rows[i], _scratch).CopyTo(_plane);
            _forest.Row(rows[j], _scratch).CopyTo(_other);
            var (plane, other) = (1, 1);
            for (var step = 0; step < TwoMeansSteps; step++)
            {
                var row = _forest.Row(rows[_random.NextInt(rows.Length)], _scratch);
                // Weighted by their rows, so that the two grow alike.
                var toPlane = plane * VectorMath.SquaredL2(_plane, row);
                var toOther = other * VectorMath.SquaredL2(_other, row);
                if (toPlane < toOther)
                    Move(_plane, row, ++plane);
                else if (toOther < toPlane)
                    Move(_other, row, ++other);
            }
            var bias = 0f;
            if (_forest.ByDirection)
            {
                VectorMath.NormalizeL2(_plane);
                VectorMath.NormalizeL2(_other);
            }
            else
            {
                bias = (VectorMath.Dot(_other, _other) - VectorMath.Dot(_plane, _plane)) / 2;
            }
            TensorPrimitives.Subtract(_plane, _other, _plane);
            var length = MathF.Sqrt(VectorMath.Dot(_plane, _plane));
            if (length == 0)
                return 0;
            TensorPrimitives.Divide(_plane, length, _plane);
            return bias / length;
        }

        // The mean of one row more.
        private static void Move(float[] mean, ReadOnlySpan<float> row, int rows)
        {
            for (var j = 0; j < mean.Length; j++)
                mean[j] += (row[j] - mean[j]) / rows;
        }
    }

    private int Rows => count;

    private int Dimension => vectors.Dimension;

    // Rows of one length: two centroids' directions matter, not their lengths.
    private bool ByDirection => metric != Metric.L2;

    private void ThrowIfCancelled() => cancellationToken.ThrowIfCancellationRequested();

    private ReadOnlySpan<float> Row(int row, float[] scratch)
    {
        if (_extra.Length == 0)
            return vectors.At(first + row, scratch);
        vectors.At(first + row, scratch.AsSpan(0, vectors.Dimension)).CopyTo(scratch);
        scratch[^1] = _extra[row];
        return scratch;
    }
}
