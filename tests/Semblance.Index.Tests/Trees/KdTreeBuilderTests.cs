using Semblance.Index.Segments;
using Semblance.Index.Trees;
using Xunit;

namespace Semblance.Index.Tests.Trees;

public sealed class KdTreeBuilderTests
{
    [Fact]
    public void Small_tree_is_split_as_by_hand()
    {
        // Dimension 1 varies most; within the halves it still does on the left, and dimension 0 on the right.
        float[][] rows = [[0, 20], [1, 0], [9, 21], [2, 10]];
        var tree = KdTreeBuilder.Build(new Vectors(rows), Metric.L2, 0, 4, leafSize: 1, threads: 1, CancellationToken.None);
        Assert.Equal(
            [new(4, 1, 10, 20), new(3, 1, 0, 10), new(0, 0, 0, 0), new(0, 1, 0, 0), new(6, 0, 0, 9), new(0, 2, 0, 0), new(0, 3, 0, 0)],
            tree.Nodes.Span.ToArray());
        Assert.Equal([1, 3, 0, 2], tree.Leaves.Members.Span.ToArray());
        Assert.Equal([0, 1, 2, 3, 4], tree.Leaves.Starts.Span.ToArray());
        Assert.Equal([0, 0, 9, 21, 0], tree.Box.Span.ToArray());
        Assert.Equal([1, 0, 2, 10, 0, 20, 9, 21], tree.Rows.Span.ToArray());
    }

    [Fact]
    public void Inner_product_gets_the_coordinate_that_makes_rows_equally_long()
    {
        float[][] rows = [[3, 4], [0, 3], [0, 0]];
        var tree = KdTreeBuilder.Build(new Vectors(rows), Metric.InnerProduct, 0, 3, leafSize: 4, threads: 1, CancellationToken.None);
        // |x|² is 25, 9 and 0: √(25 − |x|²) is 0, 4 and 5.
        Assert.Equal([0, 0, 0, 3, 4, 5, 25], tree.Box.Span.ToArray());
    }

    private sealed class Vectors(float[][] rows) : VectorSource(rows[0].Length)
    {
        public override ReadOnlySpan<float> At(int position, Span<float> scratch) => rows[position];
    }
}
