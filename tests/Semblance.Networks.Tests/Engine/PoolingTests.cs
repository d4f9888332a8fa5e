using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class PoolingTests
{
    [Theory]
    [InlineData(2, 2, 0, false, 20)]
    [InlineData(3, 2, 1, false, 16)]
    [InlineData(3, 2, 0, true, 3)]
    [InlineData(3, 1, 1, false, 5)]
    [InlineData(2, 3, 1, true, 5)]
    public void Window_pools_pass_every_check(int kernel, int stride, int padding, bool ceil, int channels)
    {
        Shape[] shapes = [[2, 7, 8, channels]];
        LayerCheck.All(() => new MaxPool(kernel) { Stride = stride, Padding = new Padding(padding), CeilMode = ceil }, shapes);
        LayerCheck.All(() => new AveragePool(kernel) { Stride = stride, Padding = new Padding(padding), CeilMode = ceil }, shapes);
        LayerCheck.All(() => new AveragePool(kernel) { Stride = stride, Padding = new Padding(padding), CeilMode = ceil, CountIncludePad = false }, shapes);
    }

    [Fact]
    public void Uneven_windows_pass_every_check()
    {
        Shape[] shapes = [[2, 9, 6, 4]];
        LayerCheck.All(() => new MaxPool(1) { KernelHeight = 3, KernelWidth = 2, StrideHeight = 2, StrideWidth = 1, Padding = new Padding(0, 1, 2, 0) }, shapes);
        LayerCheck.All(() => new AveragePool(1) { KernelHeight = 3, KernelWidth = 2, StrideHeight = 2, StrideWidth = 1, Padding = new Padding(0, 1, 2, 0) }, shapes);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(32)]
    public void Global_pools_pass_every_check(int channels)
    {
        Shape[] shapes = [[3, 5, 4, channels]];
        LayerCheck.All(() => new GlobalAveragePool(), shapes);
        LayerCheck.All(() => new GlobalMaxPool(), shapes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6.5)]
    public void Generalised_mean_passes_every_check(double p) => LayerCheck.All(() => new GeMPool(p), [[3, 5, 4, 7]]);

    [Theory]
    [InlineData(Activation.Relu, false)]
    [InlineData(Activation.Swish, false)]
    [InlineData(Activation.Relu, true)]
    public void Squeeze_and_excitation_passes_every_check(Activation activation, bool hard)
        => LayerCheck.All(() => new SqueezeExcitation(5) { Activation = activation, HardGate = hard }, [[3, 5, 4, 11]]);

    [Fact]
    public void Dropout_passes_every_check() => LayerCheck.All(() => new Dropout(0.4), [[3, 5, 4, 7]]);

    [Theory]
    [InlineData(5, 2, 2, 0, true, 3)]
    [InlineData(5, 2, 2, 0, false, 2)]
    [InlineData(7, 3, 2, 1, true, 4)]
    [InlineData(8, 3, 2, 1, false, 4)]
    [InlineData(4, 2, 3, 1, true, 2)]
    public void Sizes_are_those_of_PyTorch(int size, int kernel, int stride, int padding, bool ceil, int expected)
    {
        var network = new Network();
        var y = network.Add(new MaxPool(kernel) { Stride = stride, Padding = new Padding(padding), CeilMode = ceil }, network.Input("x", [1, size, size, 1]));
        Assert.Equal(expected, y.Shape[1]);
    }

    [Fact]
    public void Of_equal_values_the_first_gets_the_gradient()
    {
        foreach (var layer in new Layer[] { new MaxPool(2), new GlobalMaxPool() })
        {
            var network = LayerCheck.Single(layer, [1, 2, 2, 1]);
            using var run = network.Prepare(1, new RunOptions { Training = true, InputGradients = true });
            new[] { 1f, 4, 4, 4 }.CopyTo(run.Input("in0").Span);
            run.Forward();
            run.OutputGradient("out0").Span[0] = 5;
            run.Backward();
            Assert.Equal([0, 5, 0, 0], run.InputGradient("in0").Span.ToArray());
        }
    }

    [Fact]
    public void A_window_without_a_pixel_is_refused()
    {
        var network = new Network();
        var x = network.Input("x", [1, 4, 4, 1]);
        Assert.Throws<ShapeException>(() => network.Add(new MaxPool(2) { Padding = new Padding(2) }, x));
        Assert.Throws<ShapeException>(() => network.Add(new AveragePool(5), x));
    }

    [Fact]
    public void Generalised_mean_of_black_pictures_has_finite_gradients()
    {
        var network = LayerCheck.Single(new GeMPool(12), [1, 3, 3, 5]);
        using var run = network.Prepare(1, new RunOptions { Training = true, InputGradients = true });
        run.Forward();
        run.OutputGradient("out0").Span.Fill(1);
        run.Backward();
        Assert.All(run.InputGradient("in0").Span.ToArray(), gradient => Assert.Equal(0, gradient));
        Assert.True(float.IsFinite(network.Parameters[0].Gradient[0]));
        Assert.All(run.Output("out0").Span.ToArray(), value => Assert.Equal(1e-6f, value, 1e-10f));
    }

    [Fact]
    public void A_row_of_zeros_is_normalised_to_zeros_without_a_gradient()
    {
        var network = LayerCheck.Single(new L2Normalize(), [2, 3]);
        using var run = network.Prepare(2, new RunOptions { Training = true, InputGradients = true });
        run.Input("in0").Span[4] = 2;
        run.Forward();
        Assert.Equal([0, 0, 0, 0, 1, 0], run.Output("out0").Span.ToArray());
        run.OutputGradient("out0").Span.Fill(1);
        run.Backward();
        Assert.Equal([0, 0, 0, 0.5f, 0, 0.5f], run.InputGradient("in0").Span.ToArray());
    }

    [Fact]
    public void Dropout_keeps_its_share_and_its_mean_and_draws_anew_in_each_step()
    {
        var network = LayerCheck.Single(new Dropout(0.3), [1, 99_999]);
        using var run = network.Prepare(1, new RunOptions { Training = true, InputGradients = true });
        run.Input("in0").Span.Fill(1);
        run.Forward();
        var first = run.Output("out0").Span.ToArray();
        Assert.Equal(0.3, first.Count(value => value == 0) / 99_999.0, 0.01);
        Assert.All(first, value => Assert.True(value == 0 || Math.Abs(value - (1 / 0.7)) < 1e-6));
        run.OutputGradient("out0").Span.Fill(1);
        run.Backward();
        Assert.Equal(first, run.InputGradient("in0").Span.ToArray());
        run.Forward();
        Assert.NotEqual(first, run.Output("out0").Span.ToArray());
    }
}
