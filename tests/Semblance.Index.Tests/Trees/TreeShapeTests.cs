using Semblance.Index.Trees;
using Xunit;

namespace Semblance.Index.Tests.Trees;

public sealed class TreeShapeTests
{
    // Right child and item of each node.
    public static TheoryData<string, bool> Trees => new()
    {
        { "0,0", true },
        { "2,0 0,0 0,1", true },
        { "4,0 3,1 0,0 0,1 0,2", true },
        { "2,0 0,0 4,1 0,1 0,2", true },
        { "0,1", false }, // The first leaf is number 0.
        { "0,0 0,1", false }, // Two trees.
        { "2,0 0,0", false }, // A child beyond the end.
        { "1,0 0,0 0,1", false }, // Both children are one node.
        { "2,0 0,0 2,0 0,1", false }, // A node that is its own child.
        { "2,0 0,0 1,0 0,1", false }, // A child that leads back.
        { "2,2 0,0 0,1", false }, // No such split.
        { "2,-1 0,0 0,1", false },
        { "-2,0 0,0 0,1", false },
        { "2,0 0,1 0,0", false }, // Leaves out of order.
        { "4,0 4,1 0,0 0,1 0,2", false }, // A node under two parents.
        { "3,0 0,0 0,1 0,2", false }, // A node under none.
    };

    [Theory]
    [MemberData(nameof(Trees))]
    public void Only_trees_are_sound(string text, bool sound)
    {
        ForestNode[] nodes = [.. text.Split(' ').Select(node => node.Split(',')).Select(parts => new ForestNode(int.Parse(parts[0]), int.Parse(parts[1])))];
        var leaves = nodes.Count(node => node.Right == 0);
        Assert.Equal(sound, TreeShape.IsSound<ForestNode>(nodes, 0, leaves, splits: 2));
        Assert.False(TreeShape.IsSound<ForestNode>(nodes, 0, leaves + 1, splits: 2));
    }

    [Fact]
    public void Nodes_are_counted_as_they_are_made()
    {
        Assert.Equal(1, TreeShape.Nodes(8, 8));
        Assert.Equal(3, TreeShape.Nodes(9, 8));
        Assert.Equal(2 * 5 - 1, TreeShape.Nodes(5, 1));
    }
}
