using Semblance.Index.Segments;
using Semblance.Index.Trees;
using Xunit;

namespace Semblance.Index.Tests.Trees;

public sealed class BallTreeBuilderTests
{
    [Fact]
    public void Small_tree_has_the_balls_found_by_hand()
    {
        float[][] rows = [[0, 0], [10, 0], [2, 0], [12, 0]];
        var tree = BallTreeBuilder.Build(new Vectors(rows), 0, 4, leafSize: 2, threads: 1, CancellationToken.None);
        // The row farthest from the first is the last, and the line between them parts 0 and 2 from 10 and 12.
        Assert.Equal([2, 0, 0], tree.Nodes.Span.ToArray().Select(node => node.Right));
        Assert.Equal([6, 0, 11, 0, 1, 0], tree.Centres.Span.ToArray());
        Assert.Equal([6, 1, 1], tree.Nodes.Span.ToArray().Select(node => MathF.Round(node.Radius, 3)));
        Assert.Equal([1, 3], tree.Leaves[0].ToArray().Order());
        Assert.Equal([0, 2], tree.Leaves[1].ToArray().Order());
        Assert.Equal(144, tree.Longest.Span[0]);
    }

    private sealed class Vectors(float[][] rows) : VectorSource(rows[0].Length)
    {
        public override ReadOnlySpan<float> At(int position, Span<float> scratch) => rows[position];
    }
}
