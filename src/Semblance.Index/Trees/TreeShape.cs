namespace Semblance.Index.Trees;

/// <summary>
/// A node of a binary tree in an array in preorder: the left child follows its parent, the right child lies at <see cref="Right"/>,
/// which is 0 in a leaf.
/// </summary>
internal interface ITreeNode
{
    int Right { get; }

    /// <summary>What the node refers to: in a leaf its bucket, otherwise what splits it.</summary>
    int Item { get; }
}

internal static class TreeShape
{
    /// <summary>Nodes of a tree that halves <paramref name="rows"/> until a leaf has no more than <paramref name="leafSize"/>.</summary>
    public static int Nodes(int rows, int leafSize) =>
        rows <= leafSize ? 1 : 1 + Nodes(LeftRows(rows), leafSize) + Nodes(rows - LeftRows(rows), leafSize);

    /// <summary>Rows of the left half.</summary>
    public static int LeftRows(int rows) => rows / 2;

    /// <summary>
    /// Whether the nodes are one tree in preorder, its leaves name the buckets from <paramref name="firstLeaf"/> on in their order and
    /// its other nodes items below <paramref name="splits"/>: then no walk down from the root leaves the arrays or goes in circles.
    /// </summary>
    public static bool IsSound<TNode>(ReadOnlySpan<TNode> nodes, int firstLeaf, int leaves, int splits)
        where TNode : struct, ITreeNode
    {
        var next = firstLeaf;
        var ends = new Stack<int>();
        ends.Push(nodes.Length);
        // In preorder: a leaf ends its subtree, so the next node begins the one that was put aside last.
        for (var node = 0; node < nodes.Length; node++)
        {
            if (ends.Count == 0)
                return false;
            var right = nodes[node].Right;
            if (right == 0)
            {
                if (nodes[node].Item != next++ || ends.Pop() != node + 1)
                    return false;
                continue;
            }
            if (right <= node + 1 || right >= ends.Peek() || (uint)nodes[node].Item >= (uint)splits)
                return false;
            ends.Push(right);
        }
        return ends.Count == 0 && next == firstLeaf + leaves;
    }
}
