using Semblance.Index.Segments;

namespace Semblance.Index.Trees;

/// <summary>A node of a random-projection tree, 8 bytes.</summary>
/// <param name="Right">See <see cref="ITreeNode"/>; counted from the tree's root.</param>
/// <param name="Item">The hyperplane, or a leaf's bucket.</param>
internal readonly record struct ForestNode(int Right, int Item) : ITreeNode;

/// <param name="Roots">The first node of each tree, and the number of nodes after the last.</param>
/// <param name="Nodes">Tree after tree, each in preorder.</param>
/// <param name="Planes">[planes, dimension]: normals of length 1, or zero where no plane parted the rows and chance did.</param>
/// <param name="Biases">A number for each plane under L2; none otherwise, where planes go through the origin.</param>
/// <param name="Leaves">The leaves of all trees.</param>
internal sealed record ForestSegment(
    int First,
    int Count,
    int Built,
    StoredArray<int> Roots,
    StoredArray<ForestNode> Nodes,
    StoredArray<float> Planes,
    StoredArray<float> Biases,
    Buckets Leaves)
    : Segment(First, Count, Built)
{
    public override IReadOnlyList<IStoredArray> Arrays => [Roots, Nodes, Planes, Biases, Leaves.Starts, Leaves.Members];

    public int Trees => Roots.Length - 1;
}
