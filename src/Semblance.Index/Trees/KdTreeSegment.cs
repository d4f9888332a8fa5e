using Semblance.Index.Segments;

namespace Semblance.Index.Trees;

/// <summary>A node of a k-d tree, 16 bytes.</summary>
/// <param name="Right">See <see cref="ITreeNode"/>.</param>
/// <param name="Item">The split dimension, or a leaf's bucket.</param>
/// <param name="Low">The largest coordinate of the left side's rows.</param>
/// <param name="High">The smallest coordinate of the right side's rows.</param>
internal readonly record struct KdNode(int Right, int Item, float Low, float High) : ITreeNode;

/// <param name="Nodes">In preorder.</param>
/// <param name="Box">
/// The smallest coordinate of all rows in each split dimension, then the largest, then the squared length of the longest row
/// (0 under L2). Under inner product there is one dimension more: √(longest² − |x|²), which makes all rows as long as the longest.
/// </param>
/// <param name="Leaves">A bucket a leaf.</param>
/// <param name="Rows">The vectors in the order of the buckets' members, so that a leaf is read as one run.</param>
internal sealed record KdTreeSegment(
    int First, int Count, int Built, StoredArray<KdNode> Nodes, StoredArray<float> Box, Buckets Leaves, StoredArray<float> Rows)
    : Segment(First, Count, Built)
{
    public override IReadOnlyList<IStoredArray> Arrays => [Nodes, Box, Leaves.Starts, Leaves.Members, Rows];

    public float LongestSquared => Box.Span[^1];
}
