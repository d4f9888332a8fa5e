using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class ModelFolderWriterTests : IDisposable
{
    private static readonly ModelInput s_input = new(20, 16, ChannelOrder.Bgr, TensorLayout.Nchw, [0.4, 0.5, 0.6], [0.2, 0.3, 0.25], 1.0 / 255, ResizeRule.Stretch);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_embedder_of_a_written_folder_gives_the_engines_vector()
    {
        var network = Make();
        var model = ModelFolderWriter.Write(_folder["models", "mine"], network, Options());
        Assert.Equal(("mine", 4 + 6, "CIFAR-10"), (model.Id, model.Manifest.Dimension, model.Manifest.TrainedOn));
        Assert.Equal(["manifest.json", "model.onnx"], Directory.GetFiles(model.Folder).Select(Path.GetFileName).Where(name => !name!.EndsWith(".verified", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(_folder["models"]));

        // Of the network's size, so that no resampling comes in.
        var picture = DrawnPictures.Make(20, 16, Colour);
        using var embedder = new NetworkEmbedder(model);
        var actual = embedder.Embed([picture]).Row(0).ToArray();
        var expected = ByEngine(network);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
    }

    [Fact]
    public void Writing_again_replaces_the_model_and_keeps_other_files()
    {
        var folder = _folder["mine"];
        Directory.CreateDirectory(Path.Combine(folder, "run"));
        File.WriteAllText(Path.Combine(folder, "run", "curve.csv"), "1,2");
        var first = ModelFolderWriter.Write(folder, Make(), Options());
        var second = ModelFolderWriter.Write(folder, Make(seed: 2), Options());
        Assert.NotEqual(first.Manifest.Sha256, second.Manifest.Sha256);
        Assert.True(File.Exists(Path.Combine(folder, "run", "curve.csv")));
        using var embedder = new NetworkEmbedder(folder);
    }

    [Fact]
    public void A_folder_may_be_named_with_a_separator_at_its_end()
    {
        var folder = _folder["models", "mine"];
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("mine", ModelFolderWriter.Write(folder + Path.DirectorySeparatorChar, Make(), Options()).Id);
            Assert.Equal([folder], Directory.GetFileSystemEntries(_folder["models"]));
        }
        using var embedder = new NetworkEmbedder(folder);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_leaves_nothing()
    {
        var network = Make();
        Assert.Throws<ModelException>(() => ModelFolderWriter.Write(_folder["a"], network, Options() with { Input = s_input with { Width = 99 } }));
        Assert.Throws<ModelException>(() => ModelFolderWriter.Write(_folder["a"], network, Options() with { Taps = [new ModelTap("nothing")] }));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private static ModelFolderOptions Options() => new()
    {
        Id = "mine",
        Input = s_input,
        Taps = [new ModelTap("map", Pooling.Max), new ModelTap("vector")],
        TrainedOn = "CIFAR-10",
        Licence = "MIT",
    };

    private static Network Make(long seed = 1)
    {
        var network = new Network(seed);
        var map = network.Add(new BatchNorm { Activation = Activation.Relu }, network.Add(new Convolution(4, 3) { Stride = 2 }, network.Input("image", [1, 16, 20, 3])));
        network.Output("map", map);
        network.Output("vector", network.Add(new Linear(6), network.Add(new Dropout(0.3), network.Add(new GlobalAveragePool(), map))));
        return network;
    }

    private static (int Red, int Green, int Blue) Colour(int x, int y) => (x * 12, y * 15, (x * y) % 256);

    private static float[] ByEngine(Network network)
    {
        using var run = network.Prepare(1);
        var pixels = run.Input("image").Span;
        for (var i = 0; i < 16 * 20; i++)
        {
            var (red, green, blue) = Colour(i % 20, i / 20);
            int[] values = [blue, green, red];
            for (var channel = 0; channel < 3; channel++)
                pixels[(3 * i) + channel] = (float)(((values[channel] * s_input.Scale) - s_input.Mean[channel]) / s_input.Std[channel]);
        }
        run.Forward();
        var map = run.Output("map").Span.ToArray();
        float[] largest = [.. Enumerable.Range(0, 4).Select(channel => map.Where((_, i) => i % 4 == channel).Max())];
        return Unit([.. Unit(largest), .. Unit(run.Output("vector").Span.ToArray())]);
    }

    private static float[] Unit(float[] vector)
    {
        var norm = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / norm)];
    }
}
