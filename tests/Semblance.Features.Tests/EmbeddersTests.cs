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
            Assert.Equal((id, dimension), (embedder.Identity.Id, embedder.Identity.Dimension));
            Assert.Equal((1, dimension), (embedder.Embed([DrawnPictures.Noise(1)]).Rows, embedder.Embed([DrawnPictures.Noise(1)]).Columns));
        }
        Assert.Contains("stored", Assert.Throws<ModelException>(() => Embedders.Open("unknown", store)).Message);
        Assert.Equal(Embedders.DefaultId, model.Embedder.Identity.Id);
    }
}
