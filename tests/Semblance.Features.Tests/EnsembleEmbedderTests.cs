using System.Numerics.Tensors;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class EnsembleEmbedderTests(DefaultModelFixture model)
{
    [Fact]
    public void The_default_model_gives_unit_vectors_of_its_parts_in_equal_shares()
    {
        var vector = model.Embedder.Embed([DrawnPictures.Blobs(1)]).Row(0);

        Assert.Equal((1224, 256), (model.Embedder.Identity.Dimension, model.Embedder.MinimumSide));
        Assert.True(model.Embedder.BenefitsFromWhitening);
        // Two networks of two taps each, all equally long: 136 + 448 and 128 + 512 numbers.
        foreach (var (start, length) in new[] { (0, 136), (136, 448), (584, 128), (712, 512) })
            Assert.Equal(0.5, TensorPrimitives.Norm(vector.Slice(start, length)), 1e-5);
    }

    [Fact]
    public void One_picture_many_pictures_and_many_threads_agree_to_the_bit()
    {
        var pictures = Enumerable.Range(0, 4).Select(i => DrawnPictures.Blobs(i)).ToArray();
        var together = model.Embedder.Embed(pictures);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(together.Row(i % 4), model.Embedder.Embed([pictures[i % 4]]).Row(0)));
        using var alone = Embedders.Open(Embedders.DefaultId, model.Store);
        Assert.Equal(together.Span, alone.Embed(pictures).Span);
        Assert.Equal(model.Embedder.Identity, alone.Identity);
    }

    [Fact]
    public void The_order_of_colours_matters()
    {
        var picture = DrawnPictures.Blobs(3);
        var swapped = DrawnPictures.Make(picture.Width, picture.Height, (x, y) =>
        {
            var at = ((y * picture.Width) + x) * 3;
            return (picture.Pixels[at + 2], picture.Pixels[at + 1], picture.Pixels[at]);
        });
        // A yardstick: every value off by one, which no eye sees.
        var touched = DrawnPictures.Make(picture.Width, picture.Height, (x, y) =>
        {
            var at = ((y * picture.Width) + x) * 3;
            return (picture.Pixels[at] ^ 1, picture.Pixels[at + 1] ^ 1, picture.Pixels[at + 2] ^ 1);
        });
        var vectors = model.Embedder.Embed([picture, swapped, touched, DrawnPictures.Blobs(3)]);
        var (bySwap, byTouch) = (1 - TensorPrimitives.Dot<float>(vectors.Row(0), vectors.Row(1)), 1 - TensorPrimitives.Dot<float>(vectors.Row(0), vectors.Row(2)));
        Assert.True(bySwap > 20 * byTouch && bySwap > 0.001f, $"swapped {bySwap}, touched {byTouch}");
        Assert.Equal(vectors.Row(0), vectors.Row(3));
    }

    [Fact]
    public void Parts_that_are_missing_nested_or_of_another_size_are_refused()
    {
        using var folder = new TemporaryFolder();
        PictureModels.Transparent(folder["a"]);
        var manifest = new ModelManifest { Id = "pair", Sha256 = "0", Dimension = 6, Parts = ["a", "a"] };
        manifest.Save(folder.Path);
        using (var pair = EnsembleEmbedder.Open(StoredModel.Load(folder.Path)))
        {
            // Colour (3, 0, 4) has the direction (.6, 0, .8), twice, at length one together.
            var vector = pair.Embed([DrawnPictures.Make(9, 9, (_, _) => (30, 0, 40))]).Row(0).ToArray();
            double[] expected = [0.6, 0, 0.8, 0.6, 0, 0.8];
            for (var i = 0; i < 6; i++)
                Assert.Equal(expected[i] / Math.Sqrt(2), vector[i], 1e-5);
        }

        (manifest with { Dimension = 5 }).Save(folder.Path);
        Assert.Contains("its parts give 6", Assert.Throws<ModelException>(() => EnsembleEmbedder.Open(StoredModel.Load(folder.Path))).Message);
        (manifest with { Parts = ["a", "none"] }).Save(folder.Path);
        Assert.Contains("none", Assert.Throws<ModelException>(() => EnsembleEmbedder.Open(StoredModel.Load(folder.Path))).Message);
        Directory.CreateDirectory(folder["nested"]);
        manifest.Save(folder["nested"]);
        (manifest with { Parts = ["a", "nested"] }).Save(folder.Path);
        Assert.Contains("nested", Assert.Throws<ModelException>(() => EnsembleEmbedder.Open(StoredModel.Load(folder.Path))).Message);
    }

    [Fact]
    public void Photos_of_one_class_find_each_other()
    {
        var data = SharedData.Find("caltech101");
        Assert.SkipWhen(data is null, "The photos are not on this machine.");
        // 20 classes of 30: chance is one in twenty.
        var files = Directory.GetDirectories(data!).Order(StringComparer.Ordinal).Where((_, i) => i % 5 == 0).Take(20)
            .SelectMany(folder => Directory.GetFiles(folder).Order(StringComparer.Ordinal).Take(30)).ToArray();
        var pictures = new Picture[files.Length];
        var options = new DecodeOptions { MinimumSide = model.Embedder.MinimumSide };
        Parallel.For(0, files.Length, i => pictures[i] = PictureDecoder.Shared.DecodeFile(files[i], options).Picture!);

        var vectors = model.Embedder.Embed(pictures);

        var right = Enumerable.Range(0, files.Length).Count(i => Path.GetDirectoryName(files[i]) == Path.GetDirectoryName(files[Nearest(vectors, i)]));
        Assert.True(right > 0.65 * files.Length, $"{right} of {files.Length} pictures have one of their class nearest.");
    }

    private static int Nearest(Matrix vectors, int query)
    {
        var (best, score) = (-1, float.NegativeInfinity);
        for (var i = 0; i < vectors.Rows; i++)
        {
            var similarity = TensorPrimitives.Dot<float>(vectors.Row(query), vectors.Row(i));
            if (i != query && similarity > score)
                (best, score) = (i, similarity);
        }
        return best;
    }
}
