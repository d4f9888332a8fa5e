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
}
