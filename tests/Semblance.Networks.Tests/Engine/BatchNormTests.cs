using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class BatchNormTests
{
    [Theory]
    [InlineData(Activation.None, 7)]
    [InlineData(Activation.Relu, 16)]
    [InlineData(Activation.Relu6, 24)]
    [InlineData(Activation.LeakyRelu, 3)]
    [InlineData(Activation.HardSwish, 5)]
    [InlineData(Activation.Swish, 5)]
    [InlineData(Activation.Sigmoid, 32)]
    [InlineData(Activation.Tanh, 1)]
    [InlineData(Activation.Gelu, 6)]
    public void Every_activation_passes_every_check(Activation activation, int channels)
    {
        LayerCheck.All(() => new BatchNorm { Activation = activation }, [[3, 5, 3, channels]]);
        LayerCheck.All(() => new BatchNorm { Activation = activation }, [[3, 5, 3, channels], [3, 5, 3, channels]]);
    }
}
