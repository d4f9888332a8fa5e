using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>Layers that only move elements: parts, margins, orders of axes.</summary>
public sealed class MovingLayerTests
{
    [Theory]
    [InlineData(1, 1, 3, 1)]
    [InlineData(-1, -4, 3, 1)]
    [InlineData(-1, 0, 7, 1)]
    [InlineData(2, 0, 3, 2)]
    [InlineData(-1, 1, 3, 2)]
    [InlineData(3, 6, 4, -2)]
    [InlineData(1, -1, 5, -1)]
    [InlineData(0, 1, 2, 1)]
    public void Slice_passes_every_check(int axis, int start, int length, int step)
        => LayerCheck.All(() => new Slice(axis, start, length, step), [[3, 5, 6, 7]]);

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(1)]
    public void Split_passes_every_check(int axis)
    {
        LayerCheck.All(() => new Split(axis, 1, 4, 2), [[3, 7, 7, 7]]);
        LayerCheck.All(() => new Split(-1, 7), [[3, 7]]);
    }

    [Fact]
    public void Parts_that_lead_nowhere_have_no_gradient()
    {
        var network = new Network(1);
        var parts = network.AddAll(new Split(-1, 2, 3), network.Input("x", [2, 5]));
        network.Output("y", network.Add(new Linear(2), parts[1]));
        LayerCheck.Gradients(network);
    }

    [Theory]
    [InlineData(0, 3, 1, 2)]
    [InlineData(0, 2, 3, 1)]
    [InlineData(0, 2, 1, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(0, 1, 2, 3)]
    public void Transpose_passes_every_check(params int[] order) => LayerCheck.All(() => new Transpose(order), [[3, 5, 9, 19]], onnx: order[0] == 0);

    [Fact]
    public void Transpose_of_large_planes_is_that_of_the_definition()
    {
        var network = LayerCheck.Single(new Transpose(0, 2, 1), [2, 300, 700]);
        using var run = network.Prepare(2, new RunOptions { Threads = 2 });
        var x = run.Input("in0").Span;
        for (var i = 0; i < x.Length; i++)
            x[i] = i;
        run.Forward();
        var y = run.Output("out0").Span;
        for (var n = 0; n < 2; n++)
        {
            for (var i = 0; i < 700; i++)
            {
                for (var j = 0; j < 300; j++)
                    Assert.Equal((n * 300 + j) * 700 + i, y[(n * 700 + i) * 300 + j]);
            }
        }
    }

    [Fact]
    public void Transpose_works_on_other_ranks()
    {
        LayerCheck.All(() => new Transpose(0, 2, 1), [[3, 5, 4]]);
        LayerCheck.All(() => new Transpose(0, 4, 2, 1, 3), [[3, 2, 4, 3, 5]]);
    }

    [Fact]
    public void Pad_passes_every_check()
    {
        LayerCheck.All(() => new Pad(1, 0, 2, 3), [[3, 4, 5, 7]]);
        LayerCheck.All(() => new Pad([0, 1, 0, 2], [0, 0, 2, 5]), [[3, 4, 5, 7]]);
        LayerCheck.All(() => new Pad([0, 3], [0, 1]), [[3, 4]]);
    }

    [Fact]
    public void What_does_not_fit_is_named_with_its_shape()
    {
        AssertRefuses(new Slice(1, 2, 3) { Name = "odd" }, [1, 4], "axis 1 has 4");
        AssertRefuses(new Slice(1, 2, 3, -1) { Name = "odd" }, [1, 1, 2], "axis 1 has 1");
        AssertRefuses(new Slice(2, 0, 1) { Name = "odd" }, [1, 4], "axis 2");
        AssertRefuses(new Split(-1, 2, 3) { Name = "odd" }, [1, 4], "make 5");
        AssertRefuses(new Transpose(0, 2, 1) { Name = "odd" }, [1, 4], "3 axes");
        AssertRefuses(new Pad(1, 1, 1, 1) { Name = "odd" }, [1, 4], "4 axes");
        AssertRefuses(new ReduceMean(0) { Name = "odd" }, [1, 4], "axis 0");
        AssertRefuses(new Scale([1, 2, 3], [0]) { Name = "odd" }, [1, 4], "3 scales");
    }

    [Fact]
    public void Settings_that_mean_nothing_are_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => new Transpose(0, 0, 1));
        Assert.Throws<ArgumentException>(() => new Split(1));
        Assert.Throws<ArgumentException>(() => new Pad([0, -1], [0, 0]));
        Assert.Throws<ArgumentException>(() => new Pad([0, 1], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Slice(1, 0, 0));
        Assert.Throws<ArgumentException>(() => new ReduceMean());
    }

    private static void AssertRefuses(Layer layer, Shape shape, string complaint)
    {
        var network = new Network();
        var failure = Assert.Throws<ShapeException>(() => network.AddAll(layer, network.Input("x", shape)));
        Assert.Contains("'odd'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(shape.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }
}
