using Semblance.Networks.Onnx;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;

    public ModelStoreTests() => _store = new ModelStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_gets_a_manifest_and_the_guesses_are_told()
    {
        File.WriteAllBytes(_folder["My Net.onnx"], TinyModels.MeanColour(8, twoOutputs: true));

        var model = await _store.AddFileAsync(_folder["My Net.onnx"]);

        Assert.Equal("my-net", model.Id);
        Assert.Equal(3, model.Manifest.Dimension);
        Assert.Equal((8, 8, TensorLayout.Nchw), (model.Manifest.Input.Width, model.Manifest.Input.Height, model.Manifest.Input.Layout));
        Assert.Equal("vector", Assert.Single(model.Manifest.Taps).Output);
        Assert.Contains(model.Guesses, guess => guess.Contains("ImageNet"));
        Assert.Contains(model.Guesses, guess => guess.Contains("'vector'"));
        Assert.Equal("my-net", Assert.Single(_store.List()).Id);
        Assert.Equal(model.Folder, _store.Find("my-net").Folder);
        Assert.Contains("already", (await Assert.ThrowsAsync<ModelException>(() => _store.AddFileAsync(_folder["My Net.onnx"]))).Message);
        using (model.OpenSession())
        {
        }
        Assert.True(_store.Remove("my-net"));
        Assert.False(_store.Remove("my-net"));
        Assert.Empty(_store.List());
    }

    [Fact]
    public async Task A_preprocessor_file_beside_the_network_replaces_guesses()
    {
        Directory.CreateDirectory(_folder["net"]);
        File.WriteAllBytes(_folder["net", "only.onnx"], TinyModels.MeanColour(8));
        File.WriteAllText(_folder["net", "preprocessor_config.json"], """{"image_mean":[0.5,0.4,0.3],"image_std":[0.1,0.2,0.3],"rescale_factor":0.01,"size":{"shortest_edge":8}}""");

        var model = await _store.AddFileAsync(_folder["net"], "named");

        Assert.Equal([0.5, 0.4, 0.3], model.Manifest.Input.Mean);
        Assert.Equal([0.1, 0.2, 0.3], model.Manifest.Input.Std);
        Assert.Equal(0.01, model.Manifest.Input.Scale);
        Assert.Equal(ResizeRule.Crop, model.Manifest.Input.Resize);
        Assert.Empty(model.Guesses);
    }

    [Fact]
    public async Task A_model_folder_keeps_its_manifest()
    {
        File.WriteAllBytes(_folder["a.onnx"], TinyModels.MeanColour(8));
        var first = await _store.AddFileAsync(_folder["a.onnx"]);
        File.WriteAllText(Path.Combine(first.Folder, "manifest.json"), (first.Manifest with { TrainedOn = "sheep" }).ToJson());

        var second = await _store.AddFileAsync(first.Folder, "b");

        Assert.Equal("sheep", second.Manifest.TrainedOn);
        Assert.Equal("b", ModelManifest.Load(second.Folder).Id);
    }

    [Fact]
    public async Task What_is_no_picture_network_is_refused_and_leaves_nothing()
    {
        File.WriteAllText(_folder["text.onnx"], "hello, this is no network");
        File.WriteAllBytes(_folder["vector.onnx"], TinyModels.Vector());
        var external = ModelProto.Parser.ParseFrom(TinyModels.MeanColour(8, ballast: 3));
        external.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/passwd" });
        File.WriteAllBytes(_folder["external.onnx"], Google.Protobuf.MessageExtensions.ToByteArray(external));

        await Assert.ThrowsAnyAsync<Exception>(() => _store.AddFileAsync(_folder["text.onnx"]));
        Assert.Contains("four-dimensional", (await Assert.ThrowsAsync<ModelException>(() => _store.AddFileAsync(_folder["vector.onnx"]))).Message);
        Assert.Contains("single ONNX file", (await Assert.ThrowsAsync<ModelException>(() => _store.AddFileAsync(_folder["external.onnx"]))).Message);
        Assert.Contains("nothing at", (await Assert.ThrowsAsync<ModelException>(() => _store.AddFileAsync(_folder["none.onnx"]))).Message);
        Assert.Contains("cannot be a model's name", (await Assert.ThrowsAsync<ModelException>(() => _store.AddFileAsync(_folder["vector.onnx"], "../out"))).Message);
        Assert.Empty(Directory.GetFileSystemEntries(_store.Folder));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_what_there_is() =>
        Assert.Contains("resnet18", Assert.Throws<ModelException>(() => _store.Find("nothing")).Message);

    [Fact]
    public void A_bare_file_is_found_without_writing_beside_it()
    {
        File.WriteAllBytes(_folder["bare.onnx"], TinyModels.MeanColour(8));

        var model = _store.Find(_folder["bare.onnx"]);
        using (model.OpenSession())
        {
        }

        Assert.True(model.IsBareFile);
        Assert.Equal(3, model.Manifest.Dimension);
        Assert.Equal(["bare.onnx"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_changed_network_is_refused_and_a_damaged_cache_is_made_again()
    {
        File.WriteAllBytes(_folder["a.onnx"], TinyModels.MeanColour(8));
        var model = await _store.AddFileAsync(_folder["a.onnx"]);
        using (model.OpenSession())
        {
        }
        var cache = Assert.Single(Directory.GetFiles(model.Folder, "optimized-*.onnx"));
        File.WriteAllBytes(cache, [1, 2, 3]);
        using (var session = model.OpenSession())
            Assert.Single(session.Outputs);
        Assert.True(new FileInfo(cache).Length > 3);

        File.WriteAllBytes(model.NetworkPath, TinyModels.MeanColour(16));
        var message = Assert.Throws<ModelException>(() => model.OpenSession()).Message;
        Assert.Contains("is not the file that its manifest describes", message);
    }

    [Fact]
    public void The_default_model_is_made_once_however_many_ask()
    {
        var folders = new string[6];
        Parallel.For(0, folders.Length, new ParallelOptions { MaxDegreeOfParallelism = folders.Length }, i => folders[i] = new ModelStore(_store.Folder).EnsureDefault());

        var folder = Assert.Single(folders.Distinct());
        var made = File.GetLastWriteTimeUtc(Path.Combine(folder, "manifest.json"));
        Assert.Equal(folder, _store.Find("resnet18").Folder);
        Assert.Equal(made, File.GetLastWriteTimeUtc(Path.Combine(folder, "manifest.json")));
        Assert.Equal([".default.lock", "resnet18"], Directory.GetFileSystemEntries(_store.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var model = StoredModel.Load(folder);
        Assert.Equal(768, model.Manifest.Dimension);
        Assert.Equal([1, 0.5], model.Manifest.Taps.Select(tap => tap.Weight));

        // A build that was killed leaves a folder behind, and an older program an older revision.
        Directory.CreateDirectory(Path.Combine(_store.Folder, ".building-dead"));
        File.WriteAllText(Path.Combine(folder, "manifest.json"), File.ReadAllText(Path.Combine(folder, "manifest.json")).Replace("\"revision\": 2", "\"revision\": 1"));
        _store.EnsureDefault();
        Assert.Equal(2, StoredModel.Load(folder).Manifest.Source!["revision"]!.GetValue<int>());
        Assert.False(Directory.Exists(Path.Combine(_store.Folder, ".building-dead")));

        var network = Path.Combine(folder, "model.onnx");
        File.Delete(network);
        _store.EnsureDefault();
        Assert.True(File.Exists(network));
    }
}
