using Semblance.Networks;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class EmbeddersTests(DefaultModelFixture model)
{
    [Fact]
    public async Task Opens_by_every_kind_of_name()
    {
        using var folder = new TemporaryFolder();
        PictureModels.Transparent(folder["mine"]);
        File.Copy(folder["mine", "model.onnx"], folder["bare.onnx"]);
        var store = new ModelStore(folder["store"]);
        await store.AddFileAsync(folder["mine"], "stored");

        foreach (var (name, id, dimension) in new[] { ("hsv", "hsv", 512), ("pixels", "pixels", 3072), ("stored", "stored", 3), (folder["mine"], "transparent", 3), (folder["bare.onnx"], "bare", 3) })
        {
            using var embedder = Embedders.Open(name, store);
            Assert.Equal((id, dimension), (embedder.Description.Id, embedder.Description.Dimension));
            Assert.Equal((1, dimension), (embedder.Embed([DrawnPictures.Noise(1)]).Rows, embedder.Embed([DrawnPictures.Noise(1)]).Columns));
        }
        Assert.Contains("stored", Assert.Throws<ModelException>(() => Embedders.Open("unknown", store)).Message);
        Assert.Equal(Embedders.DefaultId, model.Embedder.Description.Id);
    }

    /// <summary>Galleries hold these hashes; a change of one makes their vectors another model's.</summary>
    [Fact]
    public void The_catalogue_says_what_each_embedder_makes_and_gives_what_it_says()
    {
        foreach (var entry in Embedders.BuiltIn)
        {
            using var embedder = entry.Open(new EmbedderOptions());
            Assert.Equal(entry.Description, embedder.Description);
            var vectors = embedder.Embed([DrawnPictures.Noise(1), DrawnPictures.Noise(2)]);
            Assert.Equal((2, entry.Description.Dimension), (vectors.Rows, vectors.Columns));
        }
        Assert.Equal(Embedders.BuiltIn.Count, Embedders.BuiltIn.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(("9ec9", "87fe"), (Embedders.BuiltIn[0].Description.Sha256[..4], Embedders.BuiltIn[1].Description.Sha256[..4]));
        Assert.False(Embedders.SeesShape("hsv"));
        Assert.True(Embedders.SeesShape("pixels") && Embedders.SeesShape("resnet18"));
    }

    [Fact]
    public async Task A_model_gets_no_name_of_a_built_in_embedder_and_is_described_without_being_opened()
    {
        using var folder = new TemporaryFolder();
        PictureModels.Transparent(folder["mine"]);
        var store = Embedders.OpenStore(folder["store"]);
        Assert.Contains("hsv", (await Assert.ThrowsAsync<ModelException>(() => store.AddFileAsync(folder["mine"], "hsv"))).Message);
        Assert.Equal("hsv-2", store.FreeId("hsv"));
        var added = await store.AddFileAsync(folder["mine"], "added");
        File.WriteAllText(added.NetworkPath, "no network any more");
        Assert.Equal(("added", 3, SpaceKind.Float), (Embedders.Find("added", store).Id, Embedders.Find("added", store).Description.Dimension, Embedders.Find("added", store).Description.Kind));
    }
}
