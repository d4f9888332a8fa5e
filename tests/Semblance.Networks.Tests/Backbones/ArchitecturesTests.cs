using Semblance.Networks.Tests.Engine;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Backbones;

/// <summary>Networks by name: published numbers of parameters, shapes, gradients through the whole of them, and their ONNX files.</summary>
public sealed class ArchitecturesTests
{
    /// <summary>The smallest size and width at which each still has all its parts.</summary>
    private static readonly Dictionary<string, ArchitectureOptions> s_tiny = new(StringComparer.Ordinal)
    {
        ["mobilenet-v2"] = Tiny(64, 0.1),
        ["resnet-18"] = Tiny(32, 0.125),
        ["resnet-50"] = Tiny(32, 0.125),
        ["resnext-50"] = Tiny(32, 0.25),
        ["se-resnext-50"] = Tiny(32, 0.25),
        ["densenet-121"] = Tiny(32, 0.25),
        ["vgg-16"] = Tiny(32, 0.125),
        ["vgg-19"] = Tiny(32, 0.125) with { BatchNorm = true },
        ["inception-v3"] = Tiny(75, 0.125),
        ["small-cnn"] = Tiny(16, 0.25) with { EmbeddingPooling = Pooling.Gem },
        ["small-resnet"] = Tiny(16, 0.5) with { EmbeddingPooling = Pooling.Max },
        ["mlp"] = Tiny(6, 0.125),
        ["text"] = Tiny(0, 0.125) with { Vocabulary = 30, Tokens = 5 },
    };

    public static TheoryData<string> Names() => [.. Architectures.Names];

    // torchvision 0.14's figures; Hu et al., 2018, table 2 gives 27.56 million for SE-ResNeXt-50.
    [Theory]
    [InlineData("mobilenet-v2", 3_504_872)]
    [InlineData("resnet-18", 11_689_512)]
    [InlineData("resnet-50", 25_557_032)]
    [InlineData("resnext-50", 25_028_904)]
    [InlineData("se-resnext-50", 27_559_896)]
    [InlineData("densenet-121", 7_978_856)]
    [InlineData("vgg-16", 138_357_544)]
    [InlineData("vgg-19", 143_667_240)]
    [InlineData("inception-v3", 23_834_568)]
    public void Parameters_are_as_many_as_published(string name, long count)
        => Assert.Equal(count, Trainable(Architectures.Build(name)));

    [Fact]
    public void Widths_of_a_MobileNet_are_rounded_as_published()
    {
        // torchvision's mobilenet_v2(width_mult=…).
        Assert.Equal(1_968_680, Trainable(Architectures.Build("mobilenet-v2", new ArchitectureOptions { WidthMultiplier = 0.5 })));
        Assert.Equal(6_108_776, Trainable(Architectures.Build("mobilenet-v2", new ArchitectureOptions { WidthMultiplier = 1.4 })));
    }

    [Fact]
    public void A_VGG_with_batch_norm_has_two_more_parameters_for_each_filter()
    {
        var options = new ArchitectureOptions { Height = 32, Width = 32, Classes = 10 };
        // 64·2 + 128·2 + 256·3 + 512·6 filters.
        Assert.Equal(2 * 4224, Trainable(Architectures.Build("vgg-16", options with { BatchNorm = true })) - Trainable(Architectures.Build("vgg-16", options)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_have_the_shapes_asked_for(string name)
    {
        var network = Architectures.Build(name, s_tiny[name] with { Classes = 7, EmbeddingSize = 5, Features = true });
        Assert.Equal([1, 7], network.OutputValue("logits").Shape);
        Assert.Equal([1, 5], network.OutputValue("embedding").Shape);
        Assert.Contains("features", network.OutputNames);
        using var run = network.Prepare(3);
        Fill(name, run.Input("input").Span);
        run.Forward();
        Assert.Equal([3, 7], run.Output("logits").Shape);
        for (var row = 0; row < 3; row++)
            Assert.Equal(1, Math.Sqrt(run.Output("embedding").Span.Slice(5 * row, 5).ToArray().Sum(value => (double)value * value)), 4);
    }

    [Theory]
    [InlineData("mobilenet-v2", 7, 1280)]
    [InlineData("resnet-50", 7, 2048)]
    [InlineData("densenet-121", 7, 1024)]
    [InlineData("inception-v3", 8, 2048)]
    public void The_last_map_is_the_published_one(string name, int size, int channels)
        => Assert.Equal([1, size, size, channels], Architectures.Build(name, new ArchitectureOptions { Classes = 0 }).OutputValue("features").Shape);

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_through_the_whole_network_are_those_of_central_differences(string name)
    {
        var network = Architectures.Build(name, s_tiny[name] with { Classes = 4, EmbeddingSize = 3 });
        WholeNetworkCheck.Gradients(network, values => Fill(name, values), differentiatesInput: name != "text");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_ONNX_file_computes_the_same(string name)
    {
        var network = Architectures.Build(name, s_tiny[name] with { Classes = 4, EmbeddingSize = 3 });
        WholeNetworkCheck.SpreadStatistics(network);
        LayerCheck.Onnx(network, (_, values, _) => Fill(name, values));
    }

    [Theory]
    [InlineData("mobilenet-v2", 64, 96)]
    [InlineData("resnet-18", 40, 56)]
    [InlineData("densenet-121", 64, 48)]
    public void Other_sizes_than_the_nominal_run(string name, int height, int width)
    {
        using var run = Architectures.Build(name, s_tiny[name]).Prepare<float>([[1, height, width, 3]]);
        run.Forward();
        Assert.Equal(2, run.Output("logits").Shape.Rank);
    }

    [Fact]
    public void A_VGG_says_that_its_fully_connected_layers_fix_the_size()
    {
        var network = Architectures.Build("vgg-16", s_tiny["vgg-16"]);
        var message = Assert.Throws<ShapeException>(() => network.Prepare<float>([[1, 64, 64, 3]])).Message;
        Assert.Contains("'classifier.0'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        var message = Assert.Throws<ArgumentException>(() => Architectures.Build("resnet-19")).Message;
        Assert.Contains("resnet-19", message, StringComparison.Ordinal);
        Assert.Contains("resnet-18", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Architectures.Build("mlp", new ArchitectureOptions { Classes = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Architectures.Build("mlp", new ArchitectureOptions { WidthMultiplier = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Architectures.Build("mlp", new ArchitectureOptions { Dropout = 1 }));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        var first = Architectures.Build("small-cnn", new ArchitectureOptions { Seed = 4 });
        var second = Architectures.Build("small-cnn", new ArchitectureOptions { Seed = 4 });
        var third = Architectures.Build("small-cnn", new ArchitectureOptions { Seed = 5 });
        Assert.Equal(first.Parameters[0].Values.ToArray(), second.Parameters[0].Values.ToArray());
        Assert.NotEqual(first.Parameters[0].Values.ToArray(), third.Parameters[0].Values.ToArray());
    }

    private static ArchitectureOptions Tiny(int size, double width) => new() { Height = size, Width = size, WidthMultiplier = width, Classes = 4, Dropout = 0, Seed = 1 };

    private static long Trainable(Network network) => network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => (long)parameter.Shape.Length);

    private static void Fill<T>(string name, Span<T> values)
        where T : System.Numerics.INumber<T>
    {
        var random = new SeededRandom(11);
        foreach (ref var value in values)
            value = T.CreateChecked(name == "text" ? random.NextInt(30) : (float)random.NextGaussian());
    }
}
