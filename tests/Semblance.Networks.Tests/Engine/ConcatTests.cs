using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class ConcatTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(-3)]
    public void Passes_every_check_along_any_axis(int axis)
    {
        Shape shape = [3, 5, 4, 19];
        LayerCheck.All(() => new Concat(axis), [shape.With(axis, 3), shape.With(axis, 7), shape.With(axis, 1), shape.With(axis, 17)]);
    }

    [Fact]
    public void Takes_a_single_input() => LayerCheck.All(() => new Concat(), [[2, 7]]);

    [Fact]
    public void Shares_large_rows_out_over_threads() => LayerCheck.Threads(LayerCheck.Single(new Concat(0), [2, 9000, 3], [1, 9000, 3]));

    [Theory]
    [InlineData(Recompute.None)]
    [InlineData(Recompute.Cheap)]
    public void Dense_blocks_reuse_every_feature(Recompute recompute)
    {
        var network = new Network(1);
        var x = network.Input("x", [2, 5]);
        var a = network.Add(new Relu(), network.Add(new Linear(4), x));
        var b = network.Add(new Relu(), network.Add(new Linear(3), network.Add(new Concat(), x, a)));
        network.Output("y", network.Add(new Linear(3), network.Add(new Concat(), x, a, b, a)));
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = recompute });
    }

    [Fact]
    public void Inputs_whose_other_axes_differ_are_named()
    {
        var network = new Network();
        var failure = Assert.Throws<ShapeException>(() => network.Add(new Concat { Name = "join" }, network.Input("a", [1, 4, 4, 2]), network.Input("b", [1, 4, 5, 2])));
        Assert.Contains("'join'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 4, 5, 2]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_axis_that_is_not_there_is_named()
    {
        var network = new Network();
        Assert.Contains("axis 2", Assert.Throws<ShapeException>(() => network.Add(new Concat(2), network.Input("a", [1, 4]))).Message, StringComparison.Ordinal);
    }
}
