using System.Collections.Concurrent;
using Google.Protobuf;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Networks.Onnx;
using Semblance.Numerics;
using Semblance.Testing;

namespace Semblance.Features.Tests;

/// <summary>Small convolutional networks whose norms saw pictures that were fed in a known way.</summary>
internal static class FedNetwork
{
    public const int Side = 64;

    private const int Filters = 24;
    private const int Kernel = 5;
    private const int Batch = 8;

    private static readonly ConcurrentDictionary<int, Picture> s_natural = new();

    /// <summary>An ONNX file, channels-first and with the norm as a node of its own.</summary>
    /// <param name="pictures">What the statistics come from; null takes natural-looking colours.</param>
    /// <param name="activationFirst">Whether an activation stands between the convolution and the norm.</param>
    /// <param name="colourless">Whether the filters weigh the three channels alike.</param>
    public static byte[] Make(Feeding feeding, IReadOnlyList<Picture>? pictures = null, bool activationFirst = false, bool colourless = false)
    {
        pictures ??= Natural(0, 96);
        var network = new Network();
        var convolution = new Convolution(Filters, Kernel) { StrideHeight = 2, StrideWidth = 2, Bias = false };
        var value = network.Add(convolution, network.Input("pixels", [1, Side, Side, 3]));
        if (activationFirst)
            value = network.Add(new Relu(), value);
        value = network.Add(new BatchNorm { Momentum = 0.3 }, value);
        network.Output("vector", network.Add(new GlobalAveragePool(), network.Add(new Relu(), value)));
        DrawFilters(convolution.Parameters[0].Values, colourless);

        using var run = network.Prepare(Batch, new RunOptions { Training = true });
        for (var start = 0; start + Batch <= pictures.Count; start += Batch)
        {
            for (var i = 0; i < Batch; i++)
                Feed(pictures[start + i], feeding, run.Input("pixels").Span.Slice(i * Side * Side * 3, Side * Side * 3));
            run.Forward();
        }
        return NetworkExporter.ToOnnx(network, fold: false);
    }

    /// <summary>The same network behind nodes of a file's own.</summary>
    /// <param name="layout">Of the new input.</param>
    /// <param name="prepare">From the new input to the old one.</param>
    public static byte[] Behind(byte[] network, TensorLayout layout, Func<OnnxGraphBuilder, string, string> prepare)
    {
        var builder = new OnnxGraphBuilder();
        object[] shape = layout == TensorLayout.Nchw ? ["n", 3, Side, Side] : ["n", Side, Side, 3];
        builder.Input("image", shape);
        var prepared = prepare(builder, "image");
        // Names of its own, since both count theirs.
        var inner = ModelProto.Parser.ParseFrom(network).Graph;
        foreach (var node in inner.Node)
        {
            node.Name = "inner." + node.Name;
            for (var i = 0; i < node.Input.Count; i++)
                node.Input[i] = node.Input[i] == "pixels" ? prepared : "inner." + node.Input[i];
            for (var i = 0; i < node.Output.Count; i++)
                node.Output[i] = "inner." + node.Output[i];
        }
        foreach (var weight in inner.Initializer)
            weight.Name = "inner." + weight.Name;
        var whole = builder.Model();
        whole.Graph.Node.AddRange(inner.Node);
        whole.Graph.Initializer.AddRange(inner.Initializer);
        foreach (var output in inner.Output)
            output.Name = "inner." + output.Name;
        whole.Graph.Output.AddRange(inner.Output);
        return whole.ToByteArray();
    }

    public static ModelInput Input(Feeding feeding, TensorLayout layout = TensorLayout.Nchw)
        => feeding.ApplyTo(new ModelInput(Side, Side, ChannelOrder.Rgb, layout, [0, 0, 0], [1, 1, 1], 1, ResizeRule.Stretch));

    public static Picture[] Natural(int firstSeed, int count) => [.. Enumerable.Range(firstSeed, count).Select(seed => s_natural.GetOrAdd(seed, static seed => TestPictures.Natural(Side, Side, seed)))];

    // Written out, so that the tests do not rest on what they test.
    private static void Feed(Picture picture, Feeding feeding, Span<float> pixels)
    {
        var levels = picture.Resize(Side, Side).Pixels;
        for (var i = 0; i < levels.Length; i++)
        {
            var channel = i % 3;
            var level = feeding.Channels == ChannelOrder.Rgb ? levels[i] : levels[i - channel + 2 - channel];
            pixels[i] = (float)(((level * feeding.Scale) - feeding.Mean[channel]) / feeding.Std[channel]);
        }
    }

    // Patches of noise in a colour of their own, as untrained and trained first layers both have them among others.
    private static void DrawFilters(Span<float> weights, bool colourless)
    {
        var random = new SeededRandom(11);
        for (var filter = 0; filter < Filters; filter++)
        {
            double[] colour = colourless || filter % 4 == 0 ? [1, 1, 1] : [random.NextGaussian(), random.NextGaussian(), random.NextGaussian()];
            for (var place = 0; place < Kernel * Kernel; place++)
            {
                var strength = 0.4 + random.NextGaussian();
                for (var channel = 0; channel < 3; channel++)
                    weights[(((place * 3) + channel) * Filters) + filter] = (float)(0.2 * strength * colour[channel]);
            }
        }
    }
}
