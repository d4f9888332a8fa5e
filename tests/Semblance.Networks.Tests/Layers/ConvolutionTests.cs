using Semblance.Networks.Kernels;
using Semblance.Networks.Tests.Engine;
using Xunit;

namespace Semblance.Networks.Tests.Layers;

public sealed class ConvolutionTests
{
    [Theory]
    [InlineData(6, 7, 3, 4, 1, 1, 1, 1)]
    [InlineData(6, 7, 3, 4, 3, 1, 1, 1)]
    [InlineData(7, 6, 2, 3, 3, 2, 1, 1)]
    [InlineData(8, 8, 2, 3, 5, 2, 1, 1)]
    [InlineData(9, 8, 2, 3, 3, 1, 2, 1)]
    [InlineData(9, 8, 4, 6, 3, 2, 2, 2)]
    [InlineData(5, 5, 2, 2, 2, 1, 1, 1)]
    [InlineData(6, 5, 5, 5, 3, 1, 1, 5)]
    [InlineData(7, 7, 5, 5, 3, 2, 1, 5)]
    [InlineData(7, 8, 3, 6, 5, 1, 1, 3)]
    public void Passes_every_check(int height, int width, int channels, int filters, int kernel, int stride, int dilation, int groups)
        => LayerCheck.All(() => new Convolution(filters, kernel) { Stride = stride, Dilation = dilation, Groups = groups, Bias = true }, [[2, height, width, channels]]);

    [Fact]
    public void Kernel_stride_and_padding_may_be_uneven()
        => LayerCheck.All(() => new Convolution(3, 3) { KernelWidth = 2, StrideWidth = 2, Padding = new Padding(0, 1, 2, 0) }, [[2, 6, 7, 2]]);

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Relu6)]
    [InlineData(Activation.LeakyRelu)]
    [InlineData(Activation.HardSwish)]
    [InlineData(Activation.Swish)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Gelu)]
    public void Activation_behind_the_bias_passes_every_check(Activation activation)
        => LayerCheck.All(() => new Convolution(4, 3) { Bias = true, Activation = activation }, [[2, 5, 4, 3]]);

    [Theory]
    [InlineData(Activation.None, 2)]
    [InlineData(Activation.Relu, 1)]
    [InlineData(Activation.Gelu, 1)]
    public void A_shortcut_before_the_activation_passes_every_check(Activation activation, int stride)
        => LayerCheck.All(() => new Convolution(4, 3) { Bias = true, Activation = activation, Stride = stride }, [[2, 5, 4, 3], [2, (4 / stride) + 1, ((4 - 1) / stride) + 1, 4]]);

    [Theory]
    [InlineData(16, 16, 32, 32)]
    [InlineData(16, 14, 40, 36)]
    public void A_wide_layer_by_minimal_filtering_passes_every_check(int height, int width, int channels, int filters)
    {
        Shape input = [8, height, width, channels];
        Assert.NotNull(WinogradConvolution.Choose(new ConvolutionShape { Batch = 8, Height = height, Width = width, Channels = channels, OutputChannels = filters, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 }, fixedWeights: false));
        static Network Make(Shape input, int filters) => LayerCheck.Single(new Convolution(filters, 3) { Bias = true, Activation = Activation.Relu }, input);
        LayerCheck.Gradients(Make(input, filters), mostElements: 8);
        LayerCheck.SinglePrecision(Make(input, filters));
        LayerCheck.Threads(Make(input, filters));
        LayerCheck.Onnx(Make(input, filters));
    }

    [Fact]
    public void Same_padding_keeps_the_size_of_a_picture()
    {
        var network = new Network();
        var x = network.Input("x", [1, 9, 10, 4]);
        Assert.Equal(new Shape(1, 9, 10, 8), network.Add(new Convolution(8, 4), x).Shape);
        Assert.Equal(new Shape(1, 9, 10, 8), network.Add(new Convolution(8, 3) { Dilation = 2 }, x).Shape);
        Assert.Equal(new Shape(1, 5, 5, 8), network.Add(new Convolution(8, 3) { Stride = 2 }, x).Shape);
        Assert.Equal(new Shape(1, 7, 8, 8), network.Add(new Convolution(8, 3) { Padding = Padding.None }, x).Shape);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_reason()
    {
        var network = new Network();
        var x = network.Input("x", [1, 4, 4, 6]);
        Assert.Contains("4 groups", Assert.Throws<ShapeException>(() => network.Add(new Convolution(8, 3) { Groups = 4 }, x)).Message, StringComparison.Ordinal);
        Assert.Contains("larger than the picture", Assert.Throws<ShapeException>(() => network.Add(new Convolution(8, 5) { Padding = Padding.None }, x)).Message, StringComparison.Ordinal);
        Assert.Contains("batch of pictures", Assert.Throws<ShapeException>(() => network.Add(new Convolution(8, 3), network.Input("rows", [1, 6]))).Message, StringComparison.Ordinal);
        Assert.Contains("shape of the output, [1, 4, 4, 8]", Assert.Throws<ShapeException>(() => network.Add(new Convolution(8, 3), x, x)).Message, StringComparison.Ordinal);
        Assert.Contains("in groups", Assert.Throws<ShapeException>(() => network.Add(new Convolution(6, 3) { Groups = 6 }, x, x)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Convolution(8, 3) { Stride = 0 });
    }
}
