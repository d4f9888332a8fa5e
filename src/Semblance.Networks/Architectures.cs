using Semblance.Networks.Backbones;

namespace Semblance.Networks;

/// <summary>
/// Networks by name, with fresh weights. Layers bear the names of torchvision 0.14's modules and have its structure and shapes, so
/// that weights and figures can be compared: a module's <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c> are a
/// normalisation's <c>scale</c>, <c>shift</c>, <c>mean</c>, <c>variance</c>, and kernels are [height, width, in, out].
/// </summary>
public static class Architectures
{
    private static readonly Architecture[] s_all =
    [
        new("mobilenet-v2", MobileNetV2.Build) { Classifier = "classifier.1", Dropout = 0.2 },
        new("resnet-18", builder => ResNet.Build(builder, ResNetSettings.ResNet18)),
        new("resnet-50", builder => ResNet.Build(builder, ResNetSettings.ResNet50)),
        new("resnext-50", builder => ResNet.Build(builder, ResNetSettings.ResNeXt50)),
        new("se-resnext-50", builder => ResNet.Build(builder, ResNetSettings.SEResNeXt50)),
        new("densenet-121", DenseNet121.Build) { Classifier = "classifier" },
        new("vgg-16", builder => Vgg.Build(builder, Vgg.Depth16)) { Classifier = "classifier.6", Dropout = 0.5, Neck = Vgg.FullyConnected },
        new("vgg-19", builder => Vgg.Build(builder, Vgg.Depth19)) { Classifier = "classifier.6", Dropout = 0.5, Neck = Vgg.FullyConnected },
        new("inception-v3", InceptionV3.Build) { Size = 299, Dropout = 0.5 },
        new("small-cnn", SmallCnn.Build) { Size = 32 },
        new("small-resnet", SmallResNet.Build) { Size = 32 },
        new("mlp", Mlp.Build) { Size = 28 },
        new("text", TextNetwork.Build),
    ];

    /// <summary>What <see cref="Build"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(architecture => architecture.Name)];

    /// <summary>
    /// A network with one input, <c>input</c>: pictures [n, height, width, channels], for <c>text</c> token numbers [n, tokens]; its
    /// outputs are <c>logits</c>, <c>embedding</c> and <c>features</c> as the options ask.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such architecture; the message lists them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ShapeException">The pictures are too small for the network.</exception>
    public static Network Build(string name, ArchitectureOptions? options = null)
    {
        var architecture = Array.Find(s_all, known => known.Name == name)
            ?? throw new ArgumentException($"There is no architecture '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
        options ??= new ArchitectureOptions();
        var network = new Network(options.Seed);
        var builder = new BackboneBuilder(network, Checked(options, architecture));
        Heads.Add(builder, architecture, architecture.Build(builder));
        return network;
    }

    private static ArchitectureOptions Checked(ArchitectureOptions options, Architecture architecture)
    {
        ThrowIfOutside(options.Height, 0, nameof(options.Height));
        ThrowIfOutside(options.Width, 0, nameof(options.Width));
        ThrowIfOutside(options.Channels, 1, nameof(options.Channels));
        ThrowIfOutside(options.Classes, 0, nameof(options.Classes));
        ThrowIfOutside(options.EmbeddingSize, 0, nameof(options.EmbeddingSize));
        ThrowIfOutside(options.Vocabulary, 1, nameof(options.Vocabulary));
        ThrowIfOutside(options.Tokens, 1, nameof(options.Tokens));
        ThrowIfOutside(options.TokenFeatures, 1, nameof(options.TokenFeatures));
        if (!(options.WidthMultiplier > 0))
            throw new ArgumentOutOfRangeException(nameof(options), $"{nameof(options.WidthMultiplier)} is {options.WidthMultiplier}; give a number above 0.");
        if (options.Dropout is < 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(options), $"{nameof(options.Dropout)} is {options.Dropout}; give a share from 0 to below 1.");
        return options with
        {
            Height = options.Height > 0 ? options.Height : architecture.Size,
            Width = options.Width > 0 ? options.Width : architecture.Size,
            Dropout = options.Dropout ?? architecture.Dropout,
        };
    }

    private static void ThrowIfOutside(int value, int least, string option)
    {
        if (value < least)
            throw new ArgumentOutOfRangeException(nameof(value), $"{option} is {value}; give at least {least}.");
    }
}
