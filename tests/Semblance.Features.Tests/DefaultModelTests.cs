using System.Numerics.Tensors;
using Semblance.Imaging;
using Semblance.Natives;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class DefaultModelTests(DefaultModelFixture model)
{
    [Fact]
    public void The_default_model_is_fed_and_tapped_as_its_package_means_it()
    {
        var picture = DrawnPictures.Blobs(1, 224, 224);
        var vector = model.Embedder.Embed([picture]).Row(0);
        Assert.Equal((768, 224), (model.Embedder.Description.Dimension, model.Embedder.Description.Needs.MinimumSide));
        Assert.True(model.Embedder.Description.BenefitsFromWhitening);

        // The package's own file, fed by hand: blue first, 0 to 255, minus the mean colour, no division.
        using var session = new OnnxSession(NativeAssets.DefaultNetwork);
        float[] mean = [103.06f, 115.90f, 123.15f];
        var pixels = new float[3 * 224 * 224];
        for (var i = 0; i < 224 * 224; i++)
        {
            for (var c = 0; c < 3; c++)
                pixels[(c * 224 * 224) + i] = picture.Pixels[(3 * i) + 2 - c] - mean[c];
        }
        using var results = session.Run([OnnxTensor.Of<float>("Input247", pixels, [1, 3, 224, 224])]);
        var pooled = results[0].Span<float>();
        Assert.Equal(512, pooled.Length);
        var whole = Math.Sqrt(1 + 0.25);
        for (var i = 0; i < 512; i++)
            Assert.Equal(pooled[i] / TensorPrimitives.Norm(pooled) / whole, vector[i], 1e-4);
        // The middle tap counts half as much.
        Assert.Equal(0.5 / whole, TensorPrimitives.Norm(vector[512..]), 1e-5);
    }

    [Fact]
    public void One_picture_many_pictures_and_many_threads_agree_to_the_bit()
    {
        var pictures = Enumerable.Range(0, 4).Select(i => DrawnPictures.Blobs(i)).ToArray();
        var together = model.Embedder.Embed(pictures);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(together.Row(i % 4), model.Embedder.Embed([pictures[i % 4]]).Row(0)));
        using var alone = Embedders.Open(Embedders.DefaultId, model.Store);
        Assert.Equal(together.Span, alone.Embed(pictures).Span);
        Assert.Equal(model.Embedder.Description, alone.Description);
    }

    /// <summary>ONNX Runtime maps the weights that it has kept, and would compute with whatever lies there.</summary>
    [Fact]
    public void Damaged_weights_of_the_optimised_copy_are_noticed_and_made_again()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["resnet18"]);
        foreach (var file in new[] { "manifest.json", "model.onnx" })
            File.Copy(Path.Combine(model.Store.Find(Embedders.DefaultId).Folder, file), folder["resnet18", file]);
        var picture = DrawnPictures.Blobs(3);
        var expected = model.Embedder.Embed([picture]).Row(0).ToArray();
        new NetworkEmbedder(folder["resnet18"]).Dispose();
        var weights = Assert.Single(Directory.GetFiles(folder["resnet18"], "*.weights"));
        using (var stream = File.OpenWrite(weights))
        {
            stream.Position = stream.Length / 2;
            stream.Write(Enumerable.Repeat((byte)0x7f, 400).ToArray());
        }

        using var again = new NetworkEmbedder(folder["resnet18"]);
        Assert.Equal(expected, again.Embed([picture]).Row(0));
        Assert.NotEqual(weights, Assert.Single(Directory.GetFiles(folder["resnet18"], "*.weights")));
    }

    [Fact]
    public void Photos_of_one_class_find_each_other()
    {
        var data = SharedData.Find("caltech101");
        Assert.SkipWhen(data is null, "The photos are not on this machine.");
        // Ten classes of 15: chance is one in ten.
        var files = Directory.GetDirectories(data!).Order(StringComparer.Ordinal).Where((_, i) => i % 10 == 0).Take(10)
            .SelectMany(folder => Directory.GetFiles(folder).Order(StringComparer.Ordinal).Take(15)).ToArray();
        var pictures = new Picture[files.Length];
        var options = new DecodeOptions { MinimumSide = model.Embedder.Description.Needs.MinimumSide };
        Parallel.For(0, files.Length, i => pictures[i] = PictureDecoder.Shared.DecodeFile(files[i], options).Picture!);

        var vectors = model.Embedder.Embed(pictures);

        var right = Enumerable.Range(0, files.Length).Count(i => Path.GetDirectoryName(files[i]) == Path.GetDirectoryName(files[Nearest(vectors, i)]));
        Assert.True(right > 0.8 * files.Length, $"{right} of {files.Length} pictures have one of their class nearest.");
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
