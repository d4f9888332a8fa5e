using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class ElementaryLayerTests
{
    [Fact]
    public void Relu_passes_every_check() => LayerCheck.All(() => new Relu(), [[3, 5, 4, 7]]);

    [Fact]
    public void Add_passes_every_check() => LayerCheck.All(() => new Add(), [[3, 5, 4, 7], [3, 5, 4, 7], [3, 5, 4, 7]]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Linear_passes_every_check(bool bias) => LayerCheck.All(() => new Linear(5) { Bias = bias }, [[4, 9]]);

    [Fact]
    public void Linear_works_along_the_last_axis_of_a_picture() => LayerCheck.All(() => new Linear(5), [[2, 3, 4, 6]]);

    [Fact]
    public void Reshape_passes_every_check() => LayerCheck.All(() => new Reshape(-1, 6), [[2, 3, 4, 2]]);

    [Fact]
    public void A_layer_that_does_not_fit_names_itself_and_the_shapes()
    {
        var network = new Network();
        var x = network.Input("x", [1, 4]);
        var y = network.Input("y", [1, 5]);
        var failure = Assert.Throws<ShapeException>(() => network.Add(new Add { Name = "sum" }, x, y));
        Assert.Contains("'sum'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 4]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 5]", failure.Message, StringComparison.Ordinal);
    }
}
