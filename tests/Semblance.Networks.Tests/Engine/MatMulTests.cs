using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class MatMulTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Passes_every_check(bool left, bool right)
    {
        LayerCheck.All(() => new MatMul { TransposeLeft = left, TransposeRight = right }, [Sides(left, 5, 7), Sides(right, 7, 3)]);
        LayerCheck.All(() => new MatMul { TransposeLeft = left, TransposeRight = right, Factor = 0.25 }, [Sides(left, 3, 9, 4, 2), Sides(right, 9, 5, 4, 2)]);
    }

    [Fact]
    public void Multiplies_rows_of_a_batch() => LayerCheck.All(() => new MatMul { TransposeRight = true, Factor = -2 }, [[5, 7], [4, 7]], onnx: false);

    [Theory]
    [InlineData(Recompute.None)]
    [InlineData(Recompute.Cheap)]
    public void A_matrix_by_itself_has_both_gradients(Recompute recompute)
    {
        var network = new Network(1);
        var x = network.Add(new Linear(4), network.Input("x", [2, 3, 4]));
        network.Output("y", network.Add(new MatMul { TransposeRight = true }, x, x));
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = recompute });
    }

    [Fact]
    public void Shapes_that_do_not_meet_are_named()
    {
        var network = new Network();
        var failure = Assert.Throws<ShapeException>(() => network.Add(new MatMul { Name = "odd" }, network.Input("a", [2, 3, 4]), network.Input("b", [2, 5, 6])));
        Assert.Contains("'odd'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[2, 5, 6]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("4 columns meet 5 rows", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => network.Add(new MatMul(), network.Input("c", [2, 3, 4]), network.Input("d", [3, 4, 6])));
        Assert.Throws<ShapeException>(() => network.Add(new MatMul(), network.Input("e", [2, 3, 4]), network.Input("f", [4, 6])));
    }

    private static Shape Sides(bool transposed, int rows, int columns, params int[] batch)
        => transposed ? [.. batch, columns, rows] : [.. batch, rows, columns];
}
