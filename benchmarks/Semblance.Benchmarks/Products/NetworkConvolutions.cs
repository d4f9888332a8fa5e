using Semblance.Networks.Kernels;

namespace Semblance.Benchmarks.Products;

/// <summary>The convolutions, but for depthwise ones, of the networks that are trained, at the sizes at which their steps are compared.</summary>
internal static class NetworkConvolutions
{
    public static IReadOnlyList<NetworkConvolution> All { get; } =
    [
        .. MobileNetV2(),
        .. ResNet18(),
        .. ResNet50(),
        .. DenseNet121(),
        .. ResNet20(),
        Of("ResNeXt-50 8x128", 8, 32, 128, 128, 3, 1, 3, groups: 32),
        Of("ResNeXt-50 8x128", 8, 16, 256, 256, 3, 1, 3, groups: 32),
        Of("ResNeXt-50 8x128", 8, 8, 512, 512, 3, 1, 5, groups: 32),
    ];

    private static IEnumerable<NetworkConvolution> MobileNetV2()
    {
        const string Name = "MobileNetV2 16x128";
        yield return Of(Name, 16, 128, 3, 32, 3, 2);
        foreach (var (size, from, to, times) in new[]
        {
            (64, 32, 16, 1), (64, 16, 96, 1), (32, 96, 24, 1), (32, 24, 144, 2), (32, 144, 24, 1), (16, 144, 32, 1), (16, 32, 192, 3), (16, 192, 32, 2),
            (8, 192, 64, 1), (8, 64, 384, 4), (8, 384, 64, 3), (8, 384, 96, 1), (8, 96, 576, 3), (8, 576, 96, 2), (4, 576, 160, 1), (4, 160, 960, 3), (4, 960, 160, 2),
            (4, 960, 320, 1), (4, 320, 1280, 1),
        })
            yield return Of(Name, 16, size, from, to, 1, 1, times);
    }

    private static IEnumerable<NetworkConvolution> ResNet18()
    {
        const string Name = "ResNet-18 16x128";
        yield return Of(Name, 16, 128, 3, 64, 7, 2);
        yield return Of(Name, 16, 32, 64, 64, 3, 1, 4);
        foreach (var (size, channels) in new[] { (32, 64), (16, 128), (8, 256) })
        {
            yield return Of(Name, 16, size, channels, 2 * channels, 3, 2);
            yield return Of(Name, 16, size, channels, 2 * channels, 1, 2);
            yield return Of(Name, 16, size / 2, 2 * channels, 2 * channels, 3, 1, 3);
        }
    }

    private static IEnumerable<NetworkConvolution> ResNet50()
    {
        const string Name = "ResNet-50 8x128";
        yield return Of(Name, 8, 128, 3, 64, 7, 2);
        yield return Of(Name, 8, 32, 64, 64, 1, 1);
        yield return Of(Name, 8, 32, 256, 64, 1, 1, 2);
        yield return Of(Name, 8, 32, 64, 64, 3, 1, 3);
        yield return Of(Name, 8, 32, 64, 256, 1, 1, 4);
        foreach (var (size, channels, times) in new[] { (32, 128, 3), (16, 256, 5), (8, 512, 2) })
        {
            yield return Of(Name, 8, size, 2 * channels, channels, 1, 1);
            yield return Of(Name, 8, size, channels, channels, 3, 2);
            yield return Of(Name, 8, size, 2 * channels, 4 * channels, 1, 2);
            yield return Of(Name, 8, size / 2, 4 * channels, channels, 1, 1, times);
            yield return Of(Name, 8, size / 2, channels, channels, 3, 1, times);
            yield return Of(Name, 8, size / 2, channels, 4 * channels, 1, 1, times + 1);
        }
    }

    // Each block's layers read 32 channels more than the one before; the middle one stands for all.
    private static IEnumerable<NetworkConvolution> DenseNet121()
    {
        const string Name = "DenseNet-121 8x128";
        yield return Of(Name, 8, 128, 3, 64, 7, 2);
        foreach (var (size, from, layers) in new[] { (32, 64, 6), (16, 128, 12), (8, 256, 24), (4, 512, 16) })
        {
            yield return Of(Name, 8, size, from + (32 * (layers / 2)), 128, 1, 1, layers);
            yield return Of(Name, 8, size, 128, 32, 3, 1, layers);
            if (size > 4)
                yield return Of(Name, 8, size, from + (32 * layers), (from + (32 * layers)) / 2, 1, 1);
        }
    }

    private static IEnumerable<NetworkConvolution> ResNet20()
    {
        const string Name = "ResNet-20 128x32";
        yield return Of(Name, 128, 32, 3, 16, 3, 1);
        yield return Of(Name, 128, 32, 16, 16, 3, 1, 6);
        yield return Of(Name, 128, 32, 16, 32, 3, 2);
        yield return Of(Name, 128, 16, 32, 32, 3, 1, 5);
        yield return Of(Name, 128, 16, 32, 64, 3, 2);
        yield return Of(Name, 128, 8, 64, 64, 3, 1, 5);
    }

    private static NetworkConvolution Of(string network, int batch, int size, int channels, int outputChannels, int kernel, int stride, int times = 1, int groups = 1)
        => new(network, times, new ConvolutionShape
        {
            Batch = batch,
            Height = size,
            Width = size,
            Channels = channels,
            OutputChannels = outputChannels,
            KernelHeight = kernel,
            KernelWidth = kernel,
            StrideY = stride,
            StrideX = stride,
            PadTop = kernel / 2,
            PadLeft = kernel / 2,
            PadBottom = kernel / 2,
            PadRight = kernel / 2,
            Groups = groups,
        });
}

/// <param name="Times">How often the network has it.</param>
internal sealed record NetworkConvolution(string Network, int Times, ConvolutionShape Shape)
{
    /// <summary>Floating-point operations of one pass of the direct product.</summary>
    public double Operations => 2.0 * Shape.OutputLength * Shape.Depth;

    /// <summary>Bytes that a pass must at least read and write.</summary>
    public double Bytes => 4.0 * (Shape.InputLength + Shape.OutputLength + Shape.WeightLength);

    public override string ToString()
    {
        var kind = $"{Shape.KernelHeight}x{Shape.KernelWidth}{(Shape.StrideY > 1 ? $"/{Shape.StrideY}" : "")}{(Shape.Groups > 1 ? $" g{Shape.Groups}" : "")}";
        return $"{Network} {Shape.Height}² {Shape.Channels}→{Shape.OutputChannels} {kind}";
    }
}
