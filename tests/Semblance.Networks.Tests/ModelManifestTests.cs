using System.Text.Json.Nodes;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class ModelManifestTests
{
    private const string Example = """
        {
          "id": "mine", "sha256": "00ff", "kind": "float", "modality": "picture", "dimension": 8,
          "input": { "width": 64, "height": 32, "channels": "bgr", "layout": "nhwc", "mean": [1, 2, 3], "std": [4, 5, 6], "scale": 0.5, "resize": "pad", "note": "kept" },
          "taps": [ { "output": "a", "pooling": "gem", "gem_p": 2.5, "colour": "red" }, { "output": "b", "pooling": "max" } ],
          "normalise": false, "trained_on": "sheep", "licence": "MIT", "tokenizer": { "kind": "bpe" }, "x-score": 0.75
        }
        """;

    [Fact]
    public void Reads_every_key()
    {
        var manifest = ModelManifest.Parse(Example, "m");

        Assert.Equal(("mine", "00ff", 8, false, "sheep", "MIT"), (manifest.Id, manifest.Sha256, manifest.Dimension, manifest.Normalise, manifest.TrainedOn, manifest.Licence));
        Assert.Equal((64, 32, ChannelOrder.Bgr, TensorLayout.Nhwc, 0.5, ResizeRule.Pad), (manifest.Input.Width, manifest.Input.Height, manifest.Input.Channels, manifest.Input.Layout, manifest.Input.Scale, manifest.Input.Resize));
        Assert.Equal([1.0, 2, 3], manifest.Input.Mean);
        Assert.Equal([4.0, 5, 6], manifest.Input.Std);
        Assert.Equal([new ModelTap("a", Pooling.Gem, 2.5), new ModelTap("b", Pooling.Max)], manifest.Taps);
    }

    [Fact]
    public void A_rewrite_keeps_foreign_keys_and_changes_what_changed()
    {
        using var folder = new TemporaryFolder();
        (ModelManifest.Parse(Example, "m") with { Id = "yours" }).Save(folder.Path);

        var written = JsonNode.Parse(File.ReadAllText(folder["manifest.json"]))!;
        var expected = JsonNode.Parse(Example)!;
        expected["id"] = "yours";
        Assert.True(JsonNode.DeepEquals(expected, written), written.ToJsonString());
        Assert.Equal(["manifest.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("sha256")]
    [InlineData("kind")]
    [InlineData("modality")]
    [InlineData("dimension")]
    [InlineData("input")]
    [InlineData("input.width")]
    [InlineData("input.height")]
    [InlineData("input.channels")]
    [InlineData("input.layout")]
    [InlineData("input.mean")]
    [InlineData("input.std")]
    [InlineData("input.scale")]
    [InlineData("input.resize")]
    [InlineData("taps")]
    [InlineData("taps[0].output")]
    [InlineData("taps[0].pooling")]
    [InlineData("taps[0].gem_p")]
    [InlineData("normalise")]
    public void A_missing_key_is_named(string key)
    {
        var root = JsonNode.Parse(Example)!.AsObject();
        var holder = key.StartsWith("input.") ? root["input"]!.AsObject() : key.StartsWith("taps[") ? root["taps"]![0]!.AsObject() : root;
        Assert.True(holder.Remove(key.Split('.')[^1]));

        var message = Assert.Throws<ModelException>(() => ModelManifest.Parse(root.ToJsonString(), "my manifest")).Message;
        Assert.Contains($"lacks the key '{key}'", message);
        Assert.Contains("my manifest", message);
    }

    [Theory]
    [InlineData("dimension", "\"eight\"")]
    [InlineData("dimension", "0")]
    [InlineData("dimension", "1.5")]
    [InlineData("kind", "\"complex\"")]
    [InlineData("id", "5")]
    [InlineData("normalise", "\"yes\"")]
    [InlineData("taps", "[]")]
    [InlineData("taps", "{}")]
    [InlineData("taps", "[3]")]
    [InlineData("input", "[]")]
    [InlineData("input.layout", "\"nwhc\"")]
    [InlineData("input.channels", "\"1\"")]
    [InlineData("input.mean", "[1, 2]")]
    [InlineData("input.mean", "[1, 2, \"x\"]")]
    [InlineData("input.std", "[1, 0, 1]")]
    [InlineData("taps[0].weight", "0")]
    [InlineData("taps[0].weight", "\"half\"")]
    public void A_wrong_value_is_named(string key, string value)
    {
        var root = JsonNode.Parse(Example)!.AsObject();
        var holder = key.StartsWith("input.") ? root["input"]!.AsObject() : key.StartsWith("taps[") ? root["taps"]![0]!.AsObject() : root;
        holder[key.Split('.')[^1]] = JsonNode.Parse(value);

        var message = Assert.Throws<ModelException>(() => ModelManifest.Parse(root.ToJsonString(), "m")).Message;
        Assert.Contains(key, message);
        Assert.Contains("must be", message);
    }

    [Fact]
    public void A_taps_weight_is_one_unless_it_is_given_and_survives_writing()
    {
        var plain = ModelManifest.Parse(Example, "m");
        Assert.Equal(1, plain.Taps[0].Weight);
        Assert.DoesNotContain("weight", plain.ToJson());
        var half = plain with { Taps = [plain.Taps[0] with { Weight = 0.5 }] };
        Assert.Equal(0.5, ModelManifest.Parse(half.ToJson(), "again").Taps[0].Weight);
    }

    [Fact]
    public void What_is_no_manifest_is_said_to_be_none()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no model folder", Assert.Throws<ModelException>(() => ModelManifest.Load(folder.Path)).Message);
        Assert.Contains("not valid JSON", Assert.Throws<ModelException>(() => ModelManifest.Parse("{", "m")).Message);
        Assert.Contains("object", Assert.Throws<ModelException>(() => ModelManifest.Parse("[]", "m")).Message);
    }
}
