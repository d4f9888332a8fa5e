using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Semblance.Features.Runtimes;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests.Runtimes;

public sealed class RuntimeChoiceTests(DefaultModelFixture model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_runtimes_give_the_default_models_vectors()
    {
        using var engine = new NetworkEmbedder(model.Store.Find(Embedders.DefaultId), runtime: NetworkRuntime.Engine);
        Picture[] pictures = [.. Photos(8), DrawnPictures.Blobs(1), DrawnPictures.Noise(2, 300, 200), DrawnPictures.Make(40, 30, (_, _) => (9, 200, 9))];

        var ours = engine.Embed(pictures);
        var theirs = model.Embedder.Embed(pictures);

        Assert.Equal(model.Embedder.Description, engine.Description);
        for (var i = 0; i < pictures.Length; i++)
            Assert.True(TensorPrimitives.CosineSimilarity(ours.Row(i), theirs.Row(i)) > 0.99999, $"picture {i}");
        // Several callers at once over one set of weights, and the same bits whatever else is in the pass.
        Parallel.For(0, pictures.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(ours.Row(i), engine.Embed([pictures[i]]).Row(0)));
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Both_runtimes_feed_and_pool_as_the_manifest_says(TensorLayout layout)
    {
        var stored = StoredModel.Load(PictureModels.Transparent(
            _folder["model"],
            m => m with { Dimension = 6, Input = m.Input with { Channels = ChannelOrder.Bgr, Mean = [1, 2, 3], Resize = ResizeRule.Pad }, Taps = [new ModelTap("map", Pooling.Gem), new ModelTap("vector") { Weight = 0.25 }] },
            layout: layout));
        using var onnx = new NetworkEmbedder(stored);
        using var engine = new NetworkEmbedder(stored, runtime: NetworkRuntime.Engine);

        var picture = DrawnPictures.Noise(4, 20, 11);

        var (expected, actual) = (onnx.Embed([picture]).Row(0).ToArray(), engine.Embed([picture]).Row(0).ToArray());
        for (var i = 0; i < 6; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }

    [Fact]
    public void It_is_measured_once_and_again_when_what_it_depends_on_has_changed()
    {
        var stored = StoredModel.Load(PictureModels.Transparent(_folder["model"]));
        Assert.Null(RuntimeChoice.Recorded(stored));
        NetworkRuntime chosen;
        using (var embedder = RuntimeChoice.Open(stored, threads: 1))
            chosen = embedder.Runtime;
        Assert.Equal(chosen, RuntimeChoice.Recorded(stored));
        var file = _folder["model", RuntimeChoice.FileName];
        var record = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.True(record["measured"]!["engine_ms"]!.GetValue<double>() >= 0 && record["measured"]!["onnxruntime_ms"]!.GetValue<double>() >= 0);
        Assert.True(record["measured"]!["cosine"]!.GetValue<double>() > RuntimeChoice.LeastCosine);

        // What is recorded is believed, whichever it is.
        foreach (var (name, runtime) in new[] { ("engine", NetworkRuntime.Engine), ("onnxruntime", NetworkRuntime.OnnxRuntime) })
        {
            record["runtime"] = name;
            File.WriteAllText(file, record.ToJsonString());
            using var embedder = RuntimeChoice.Open(stored, threads: 1);
            Assert.Equal(runtime, embedder.Runtime);
        }

        foreach (var key in new[] { "processor", "onnxruntime", "engine", "model" })
        {
            var other = record.DeepClone();
            other["measured_with"]![key] = "another";
            File.WriteAllText(file, other.ToJsonString());
            Assert.Null(RuntimeChoice.Recorded(stored));
        }
        File.WriteAllText(file, "{ no JSON");
        Assert.Null(RuntimeChoice.Recorded(stored));
        RuntimeChoice.Open(stored, threads: 1).Dispose();
        Assert.NotNull(RuntimeChoice.Recorded(stored));
    }

    private static IEnumerable<Picture> Photos(int count) => SharedData.Find("flickr8k_1k") is { } folder
        ? Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count).Select(file => PictureDecoder.Shared.DecodeFile(file, new DecodeOptions { MinimumSide = 224 }).Picture!)
        : [];
}
