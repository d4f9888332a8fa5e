using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>Layers that repeat a small tensor over a large one, or sum a large one up to it.</summary>
public sealed class BroadcastLayerTests
{
    [Fact]
    public void Mul_passes_every_check_for_tensors_of_one_shape() => LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [3, 5, 4, 7]]);

    [Fact]
    public void A_learned_tensor_is_repeated_for_the_batch()
    {
        LayerCheck.All(() => new LearnedTensor(2, 5), [[3, 7]]);
        LayerCheck.All(() => new LearnedTensor(4, 3, 5), [[2, 3, 3, 2]]);
        LayerCheck.All(() => new LearnedTensor(6) { Learned = false }, [[3, 2, 4]]);
        Assert.Throws<ArgumentException>(() => new LearnedTensor(2, 0));
    }

    [Fact]
    public void A_table_is_added_to_each_of_the_batch()
    {
        LayerCheck.All(() => new Offset(4, 5), [[3, 4, 5]]);
        LayerCheck.All(() => new Offset(1, 5), [[3, 4, 5]]);
        LayerCheck.All(() => new Offset(4, 1, 5), [[2, 4, 3, 5]]);
        LayerCheck.All(() => new Offset(4, 5) { Learned = false }, [[3, 4, 5]]);
        LayerCheck.Threads(LayerCheck.Single(new Offset(90, 40), [8, 90, 40]));
        Assert.Throws<ShapeException>(() => LayerCheck.Single(new Offset(4, 2), [3, 4, 5]));
    }

    [Fact]
    public void A_smaller_tensor_is_added_all_over()
    {
        LayerCheck.All(() => new BroadcastAdd(), [[3, 4, 5], [3, 1, 5]]);
        LayerCheck.All(() => new BroadcastAdd(), [[3, 4, 5], [1, 4, 5]]);
        LayerCheck.All(() => new BroadcastAdd(), [[2, 4, 3, 5], [2, 1, 1, 5]]);
        LayerCheck.All(() => new BroadcastAdd(), [[3, 4, 5], [3, 4, 1]]);
        Assert.Throws<ShapeException>(() => LayerCheck.Single(new BroadcastAdd(), [3, 1, 5], [3, 4, 5]));
    }

    [Fact]
    public void Mul_weighs_channels_of_pictures()
    {
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [3, 7]]);
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [3, 1, 1, 7]]);
        LayerCheck.All(() => new Mul(), [[3, 7], [3, 5, 4, 7]]);
        LayerCheck.All(() => new Mul(), [[3, 5, 7], [3, 7]]);
    }

    [Fact]
    public void Mul_repeats_channels_over_all_rows()
    {
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [7]]);
        LayerCheck.All(() => new Mul(), [[1, 1, 1, 7], [3, 5, 4, 7]]);
        LayerCheck.Threads(LayerCheck.Single(new Mul(), [40, 9, 90], [90]));
    }

    [Fact]
    public void Mul_weighs_places_of_pictures()
    {
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [3, 5, 4, 1]]);
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [3, 1, 4, 1]]);
        LayerCheck.All(() => new Mul(), [[3, 5, 4, 7], [1, 5, 1, 7]]);
        LayerCheck.All(() => new Mul(), [[3, 5], [3, 1]]);
    }

    [Theory]
    [InlineData(Recompute.None)]
    [InlineData(Recompute.Cheap)]
    public void A_tensor_by_itself_is_its_square(Recompute recompute)
    {
        var network = new Network(1);
        var x = network.Add(new Linear(3), network.Input("x", [2, 3]));
        network.Output("y", network.Add(new Mul(), x, x));
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = recompute });
    }

    [Fact]
    public void Mul_refuses_shapes_that_do_not_repeat()
    {
        var network = new Network();
        var failure = Assert.Throws<ShapeException>(() => network.Add(new Mul { Name = "odd" }, network.Input("a", [1, 4, 4, 2]), network.Input("b", [1, 4, 2])));
        Assert.Contains("'odd'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 4, 2]", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => network.Add(new Mul(), network.Input("c", [1, 3])));
    }

    [Theory]
    [InlineData(false, 1, 2)]
    [InlineData(true, 1, 2)]
    [InlineData(false, -1)]
    [InlineData(true, -1)]
    [InlineData(false, 1)]
    [InlineData(true, -2)]
    [InlineData(false, 3, 1)]
    [InlineData(false, 1, 2, 3)]
    public void ReduceMean_passes_every_check(bool keeps, params int[] axes) => LayerCheck.All(() => new ReduceMean(axes) { KeepsAxes = keeps }, [[3, 5, 4, 7]]);

    [Fact]
    public void ReduceMean_makes_pictures_of_five_axes() => LayerCheck.All(() => new ReduceMean(2), [[3, 5, 4, 7, 2]]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Scale_passes_every_check(bool learned)
    {
        LayerCheck.All(() => new Scale([2, -1, 0.5f], [0.25f, 3, -1]) { Learned = learned }, [[3, 5, 4, 3]]);
        LayerCheck.All(() => new Scale([2], [1]) { Learned = learned }, [[3, 5]]);
        LayerCheck.All(() => new Scale([2], [1, 2, 3]) { Learned = learned }, [[3, 5, 3]]);
        LayerCheck.Threads(LayerCheck.Single(new Scale([2, 3, 4], [1]) { Learned = learned }, [2, 90, 90, 3]));
    }
}
