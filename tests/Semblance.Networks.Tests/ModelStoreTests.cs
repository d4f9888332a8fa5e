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
    public async Task Another_manifest_is_another_model_and_the_same_is_found_again()
    {
        File.WriteAllBytes(_folder["a.onnx"], TinyModels.MeanColour(8));
        var first = await _store.AddFileAsync(_folder["a.onnx"]);
        Directory.CreateDirectory(_folder["copy"]);
        Directory.CreateDirectory(_folder["other"]);
        foreach (var folder in (string[])["copy", "other"])
            File.Copy(first.NetworkPath!, _folder[folder, "model.onnx"]);
        first.Manifest.Save(_folder["copy"]);
        (first.Manifest with { Input = first.Manifest.Input! with { Resize = ResizeRule.Crop } }).Save(_folder["other"]);

        Assert.Equal(first.Id, _store.FindEqual(_store.Find(_folder["copy"]))!.Id);
        Assert.Equal(first.Id, _store.FindEqual(_store.Find(_folder["a.onnx"]))!.Id);
        Assert.Null(_store.FindEqual(_store.Find(_folder["other"])));
        Assert.NotEqual(first.Identity, _store.Find(_folder["other"]).Identity);
        Assert.Equal("a-2", _store.FreeId("a"));

        var second = await _store.AddFileAsync(_folder["other"], _store.FreeId("a"));
        Assert.Equal(second.Id, _store.FindEqual(_store.Find(_folder["other"]))!.Id);
        Assert.Contains("a, a-2", Assert.Throws<ModelException>(() => _store.FindEqual(_store.Find(_folder["a.onnx"]))).Message);
    }

    [Fact]
    public async Task Denormal_weights_become_zero_and_the_source_is_found_again()
    {
        var model = ModelProto.Parser.ParseFrom(TinyModels.MeanColour(8, ballast: 8));
        var ballast = model.Graph.Initializer.Single(tensor => tensor.Dims.SequenceEqual([8L]));
        ballast.RawData = Google.Protobuf.ByteString.CopyFrom([.. new[] { 1f, 1e-39f, -1e-44f, float.Epsilon, 0f, -0f, 1.2e-38f, float.NaN }.SelectMany(BitConverter.GetBytes)]);
        // Doubles in their own field, a literal in a node, and a bound of one element that is meant to be that small.
        var doubles = new TensorProto { Name = "doubles", DataType = (int)OnnxElementType.Double };
        doubles.Dims.Add(2);
        doubles.DoubleData.AddRange([1e-310, 1e-300]);
        var bound = new TensorProto { Name = "bound", DataType = (int)OnnxElementType.Float, FloatData = { 1e-40f } };
        var literal = new NodeProto { OpType = "Constant", Name = "literal", Output = { "literal" } };
        literal.Attribute.Add(new AttributeProto { Name = "value_floats", Floats = { 1e-40f, 2f }, Type = AttributeProto.Types.AttributeType.Floats });
        model.Graph.Initializer.AddRange([doubles, bound]);
        model.Graph.Node.Insert(0, literal);
        File.WriteAllBytes(_folder["slow.onnx"], Google.Protobuf.MessageExtensions.ToByteArray(model));
        var before = _store.Find(_folder["slow.onnx"]);

        var added = await _store.AddFileAsync(_folder["slow.onnx"]);

        Assert.Equal(5, before.CountDenormals());
        Assert.Contains("5 weights", Assert.Single(added.Remarks));
        Assert.Equal(0, added.CountDenormals());
        var stored = ModelProto.Parser.ParseFrom(File.ReadAllBytes(added.NetworkPath!)).Graph;
        var floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(stored.Initializer.Single(tensor => tensor.Name == ballast.Name).RawData.Span).ToArray();
        Assert.Equal([1f, 0f, 0f, 0f, 0f, 0f, 1.2e-38f, float.NaN], floats);
        Assert.Equal([0, 1e-300], stored.Initializer.Single(tensor => tensor.Name == "doubles").DoubleData);
        Assert.Equal(1e-40f, stored.Initializer.Single(tensor => tensor.Name == "bound").FloatData.Single());
        Assert.Equal([0f, 2f], stored.Node[0].Attribute[0].Floats);
        Assert.Equal(before.Manifest.Sha256, added.Manifest.AddedSha256);
        Assert.NotEqual(before.Manifest.Sha256, added.Manifest.Sha256);
        Assert.Equal(added.Id, _store.FindEqual(before)!.Id);
        using (added.OpenSession())
        {
        }
        Assert.Empty((await _store.AddFileAsync(added.Folder, "again")).Remarks);
    }

    [Fact]
    public async Task Whoever_is_asked_decides_how_a_file_is_fed_and_the_evidence_is_kept()
    {
        File.WriteAllBytes(_folder["keras_resnet50.onnx"], TinyModels.MeanColour(8));
        FeedingQuestion? asked = null;
        var verdict = new FeedingVerdict("norm", 9, [new FeedingScore(Feeding.Signed, 0.1, 1), new FeedingScore(Feeding.Levels, 2, 0)], 4, [new FeedingScore(Feeding.Signed, 0.1, 1)], Feeding.Signed);

        var model = await _store.AddFileAsync(_folder["keras_resnet50.onnx"], chooseFeeding: question =>
        {
            asked = question;
            return new FeedingAnswer(Feeding.Signed, "it was measured") { Verdict = verdict, Resize = ResizeRule.Pad };
        });

        Assert.Null(asked!.OpenProbe(out var reason));
        Assert.Contains("no batch norm", reason);
        Assert.Equal((ResizeRule.Pad, 1.0 / 255), (model.Manifest.Input!.Resize, model.Manifest.Input.Scale));
        Assert.Equal([0.5, 0.5, 0.5], model.Manifest.Input.Mean);
        Assert.Contains(model.Guesses, guess => guess.Contains("it was measured"));
        var kept = ModelManifest.Load(model.Folder).Source!["feeding"]!;
        Assert.Equal(("signed", "norm", 9), (kept["name"]!.GetValue<string>(), kept["norm"]!.GetValue<string>(), kept["pictures"]!.GetValue<int>()));
        Assert.Equal(2, kept["tried"]!.AsArray().Count);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.AddFileAsync(_folder["keras_resnet50.onnx"], "second", _ => throw new InvalidOperationException("no answer")));
        Assert.Equal("keras_resnet50", Assert.Single(_store.List()).Id);
    }

    [Theory]
    [InlineData("CNTK", "net", TensorLayout.Nchw, "caffe")]
    [InlineData("pytorch", "resnet50", TensorLayout.Nchw, "imagenet")]
    [InlineData("pytorch", "clip-vit-b32", TensorLayout.Nchw, "clip")]
    [InlineData("tf2onnx", "resnet50", TensorLayout.Nhwc, "caffe")]
    [InlineData("tf2onnx", "mobilenet_v2", TensorLayout.Nhwc, "signed")]
    [InlineData("keras2onnx", "efficientnetb0", TensorLayout.Nhwc, "levels")]
    [InlineData("", "whatever", TensorLayout.Nchw, "imagenet")]
    public void Names_hint_at_the_feeding(string producer, string name, TensorLayout layout, string feeding)
        => Assert.Equal(feeding, Recognition.FeedingHints.Of(new ModelProto { ProducerName = producer, Graph = new GraphProto() }, name, layout).Feeding.Name);

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
        var whole = File.ReadAllBytes(cache);
        // Nothing, half a file, and a sound graph that is another one.
        foreach (var damaged in new[] { [1, 2, 3], whole[..(whole.Length / 2)], TinyModels.MeanColour(16) })
        {
            File.WriteAllBytes(cache, damaged);
            using (var session = model.OpenSession())
                Assert.Single(session.Outputs);
            Assert.Equal(whole.Length, new FileInfo(cache).Length);
        }

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
