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
    public void Max_pool_passes_every_check(int kernel, int stride, int padding, bool ceil, int channels)
        => LayerCheck.All(() => new MaxPool(kernel) { Stride = stride, Padding = new Padding(padding), CeilMode = ceil }, [[2, 7, 8, channels]]);

    [Fact]
    public void Global_average_pool_passes_every_check() => LayerCheck.All(() => new GlobalAveragePool(), [[3, 5, 4, 7]]);

    [Fact]
    public void Relu6_passes_every_check() => LayerCheck.All(() => new Relu6(), [[3, 5, 4, 7]], (_, values, random) =>
    {
        foreach (ref var value in values)
            value = (float)(random.NextGaussian() * 4) + 2;
    });
}
