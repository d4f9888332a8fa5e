using Semblance.Index.Segments;

namespace Semblance.Index.Trees;

/// <summary>A node of a ball tree, 12 bytes.</summary>
/// <param name="Right">See <see cref="ITreeNode"/>.</param>
/// <param name="Item">A leaf's bucket; 0 in other nodes.</param>
/// <param name="Radius">No row of the node is farther from its centre.</param>
internal readonly record struct BallNode(int Right, int Item, float Radius) : ITreeNode;

/// <param name="Nodes">In preorder.</param>
/// <param name="Centres">[nodes, dimension]: the mean of each node's rows.</param>
/// <param name="Longest">One number: the squared length of the longest row.</param>
/// <param name="Leaves">A bucket a leaf.</param>
/// <param name="Rows">The vectors in the order of the buckets' members, so that a leaf is read as one run.</param>
internal sealed record BallTreeSegment(
    int First,
    int Count,
    int Built,
    StoredArray<BallNode> Nodes,
    StoredArray<float> Centres,
    StoredArray<float> Longest,
    Buckets Leaves,
    StoredArray<float> Rows)
    : Segment(First, Count, Built)
{
    public override IReadOnlyList<IStoredArray> Arrays => [Nodes, Centres, Longest, Leaves.Starts, Leaves.Members, Rows];

    public ReadOnlySpan<float> Centre(int node, int dimension) => Centres.Span.Slice(node * dimension, dimension);
}
