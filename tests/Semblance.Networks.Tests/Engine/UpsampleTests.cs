using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class UpsampleTests
{
    [Theory]
    [InlineData(1, UpsampleMode.Nearest)]
    [InlineData(2, UpsampleMode.Nearest)]
    [InlineData(3, UpsampleMode.Nearest)]
    [InlineData(1, UpsampleMode.Bilinear)]
    [InlineData(2, UpsampleMode.Bilinear)]
    [InlineData(3, UpsampleMode.Bilinear)]
    [InlineData(4, UpsampleMode.Bilinear)]
    public void Passes_every_check(int factor, UpsampleMode mode)
    {
        LayerCheck.All(() => new Upsample(factor, mode), [[3, 5, 4, 7]]);
        LayerCheck.All(() => new Upsample(factor, mode), [[2, 1, 3, 2]]);
    }

    [Fact]
    public void Bilinear_goes_on_as_it_ends_beyond_the_outermost_centres()
    {
        using var run = LayerCheck.Single(new Upsample(2, UpsampleMode.Bilinear), [1, 1, 2, 1]).Prepare(1);
        new float[] { 0, 8 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal([0, 2, 6, 8, 0, 2, 6, 8], run.Output("out0").Span.ToArray());
    }

    [Theory]
    [InlineData(UpsampleMode.Nearest)]
    [InlineData(UpsampleMode.Bilinear)]
    public void Gradients_add_up_where_a_picture_is_used_twice(UpsampleMode mode)
    {
        var network = new Network(1);
        var x = network.Add(new Relu(), network.Input("x", [2, 3, 2, 3]));
        network.Output("first", network.Add(new Upsample(2, mode), x));
        network.Output("second", network.Add(new Upsample(3, mode), x));
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void Takes_pictures_alone()
    {
        var network = new Network();
        var failure = Assert.Throws<ShapeException>(() => network.Add(new Upsample(2) { Name = "odd" }, network.Input("x", [1, 5, 8])));
        Assert.Contains("'odd'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 5, 8]", failure.Message, StringComparison.Ordinal);
    }
}
