using Semblance.Networks.Tests.Engine;
using Xunit;

namespace Semblance.Networks.Tests.Layers;

public sealed class TransposedConvolutionTests
{
    [Theory]
    [InlineData(5, 4, 3, 2, 2, 2, 1, 1)]
    [InlineData(4, 5, 3, 4, 3, 2, 1, 1)]
    [InlineData(4, 3, 2, 3, 4, 2, 1, 1)]
    [InlineData(5, 5, 4, 6, 3, 1, 2, 2)]
    [InlineData(4, 4, 5, 5, 3, 2, 1, 5)]
    [InlineData(5, 6, 3, 2, 3, 1, 1, 1)]
    [InlineData(3, 3, 2, 2, 1, 2, 1, 1)]
    public void Passes_every_check_and_multiplies_the_size(int height, int width, int channels, int filters, int kernel, int stride, int dilation, int groups)
    {
        Shape input = [2, height, width, channels];
        Layer Make() => new TransposedConvolution(filters, kernel) { Stride = stride, Dilation = dilation, Groups = groups, Bias = true };
        LayerCheck.All(Make, [input]);
        var network = new Network();
        Assert.Equal(new Shape(2, height * stride, width * stride, filters), network.Add(Make(), network.Input("x", input)).Shape);
    }

    [Fact]
    public void Padding_in_pixels_and_output_padding_pass_every_check()
        => LayerCheck.All(() => new TransposedConvolution(3, 3) { Stride = 2, Padding = new Padding(1), OutputPadding = 1 }, [[2, 4, 3, 2]]);

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Swish)]
    public void Activation_behind_the_bias_passes_every_check(Activation activation)
        => LayerCheck.All(() => new TransposedConvolution(3, 2) { Stride = 2, Bias = true, Activation = activation }, [[2, 3, 4, 5]]);

    [Fact]
    public void Gradient_adds_to_that_of_another_reader()
    {
        var network = new Network(seed: 3);
        var x = network.Input("in0", [2, 3, 4, 2]);
        network.Output("out0", network.Add(new TransposedConvolution(3, 2) { Stride = 2 }, x));
        network.Output("out1", network.Add(new TransposedConvolution(2, 3), x));
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_reason()
    {
        var network = new Network();
        var x = network.Input("x", [1, 2, 2, 6]);
        Assert.Contains("4 groups", Assert.Throws<ShapeException>(() => network.Add(new TransposedConvolution(8, 3) { Groups = 4 }, x)).Message, StringComparison.Ordinal);
        Assert.Contains("cuts off", Assert.Throws<ShapeException>(() => network.Add(new TransposedConvolution(8, 3) { Padding = new Padding(3) }, x)).Message, StringComparison.Ordinal);
        Assert.Contains("output padding", Assert.Throws<ShapeException>(() => network.Add(new TransposedConvolution(8, 3) { Padding = new Padding(1), OutputPadding = 2 }, x)).Message, StringComparison.Ordinal);
    }
}
