using Semblance.Networks;
using Semblance.Networks.Onnx;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

public sealed class NetworkEmbedderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TensorLayout.Nchw, ChannelOrder.Rgb)]
    [InlineData(TensorLayout.Nchw, ChannelOrder.Bgr)]
    [InlineData(TensorLayout.Nhwc, ChannelOrder.Rgb)]
    [InlineData(TensorLayout.Nhwc, ChannelOrder.Bgr)]
    public void Pixels_reach_the_network_in_its_order_scaled_and_centred(TensorLayout layout, ChannelOrder order)
    {
        double[] mean = [0.1, 0.2, 0.3], std = [0.5, 0.25, 2];
        using var embedder = Open(m => m with { Input = m.Input with { Channels = order, Mean = mean, Std = std, Scale = 1.0 / 255 } }, layout);
        var picture = DrawnPictures.Noise(1);

        var vector = embedder.Embed([picture]).Row(0).ToArray();

        for (var c = 0; c < 3; c++)
        {
            var source = order == ChannelOrder.Rgb ? c : 2 - c;
            var expected = Enumerable.Range(0, 64).Average(i => ((picture.Pixels[(3 * i) + source] / 255.0) - mean[c]) / std[c]);
            Assert.Equal(expected, vector[c], 1e-4);
        }
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Taps_are_pooled_as_the_manifest_says_and_normalised_one_by_one(TensorLayout layout)
    {
        using var embedder = Open(m => m with { Dimension = 9, Normalise = true, Taps = [new ModelTap("map", Pooling.Max), new ModelTap("map", Pooling.Gem, 3), new ModelTap("vector")] }, layout);
        var picture = DrawnPictures.Noise(2);

        var vector = embedder.Embed([picture]).Row(0).ToArray();

        double[] Channel(int c) => [.. Enumerable.Range(0, 64).Select(i => (double)picture.Pixels[(3 * i) + c])];
        double[] max = [.. Enumerable.Range(0, 3).Select(c => Channel(c).Max())];
        double[] gem = [.. Enumerable.Range(0, 3).Select(c => Math.Cbrt(Channel(c).Average(v => v * v * v)))];
        double[] mean = [.. Enumerable.Range(0, 3).Select(c => Channel(c).Average())];
        double[] expected = [.. new[] { max, gem, mean }.SelectMany(tap => tap.Select(v => v / Math.Sqrt(tap.Sum(w => w * w)) / Math.Sqrt(3)))];
        for (var i = 0; i < 9; i++)
            Assert.Equal(expected[i], vector[i], 1e-5);
    }

    [Fact]
    public void The_first_token_or_the_mean_of_all_makes_the_vector()
    {
        // Tokens of the picture's pixels, row by row.
        var builder = new OnnxGraphBuilder();
        builder.Input("pixels", "n", 3, 8, 8);
        builder.Output(builder.Node("Transpose", [builder.Node("Reshape", ["pixels", builder.Longs(0, 3, 64)])], OnnxGraphBuilder.Integers("perm", 0, 2, 1)), "tokens", "n", 64, 3);
        builder.Output("pixels", "map", "n", 3, 8, 8);
        PictureModels.Transparent(_folder["tokens"]);
        var bytes = Google.Protobuf.MessageExtensions.ToByteArray(builder.Model());
        File.WriteAllBytes(_folder["tokens", "model.onnx"], bytes);
        var manifest = ModelManifest.Load(_folder["tokens"]) with { Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), Dimension = 6, Taps = [new ModelTap("tokens", Pooling.Token), new ModelTap("tokens")] };
        manifest.Save(_folder["tokens"]);
        var picture = DrawnPictures.Noise(3);

        using var embedder = new NetworkEmbedder(_folder["tokens"]);
        var vector = embedder.Embed([picture]).Row(0).ToArray();

        double[] first = [.. picture.Pixels.Take(3).Select(value => (double)value)];
        double[] mean = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 64).Average(i => (double)picture.Pixels[(3 * i) + c]))];
        double[] expected = [.. new[] { first, mean }.SelectMany(tap => tap.Select(value => value / Math.Sqrt(tap.Sum(other => other * other))))];
        for (var i = 0; i < 6; i++)
            Assert.Equal(expected[i], vector[i], 1e-5);

        (manifest with { Dimension = 3, Taps = [new ModelTap("map", Pooling.Token)] }).Save(_folder["tokens"]);
        Assert.Contains("no tokens", Assert.Throws<ModelException>(() => new NetworkEmbedder(_folder["tokens"])).Message);
    }

    [Fact]
    public void A_tap_counts_by_its_weight()
    {
        using var embedder = Open(m => m with { Dimension = 6, Normalise = true, Taps = [new ModelTap("map"), new ModelTap("vector") { Weight = 0.25 }] });

        var vector = embedder.Embed([DrawnPictures.Make(9, 9, (_, _) => (30, 0, 40))]).Row(0).ToArray();

        // Colour (30, 0, 40) has the direction (.6, 0, .8): once at length 1, once at a quarter, all at length 1 together.
        double[] expected = [0.6, 0, 0.8, 0.15, 0, 0.2];
        for (var i = 0; i < 6; i++)
            Assert.Equal(expected[i] / Math.Sqrt(1.0625), vector[i], 1e-5);
    }

    [Fact]
    public void Crop_keeps_the_middle_and_pad_adds_the_mean_colour()
    {
        var stripes = DrawnPictures.Make(48, 16, (x, _) => x < 16 ? (200, 0, 0) : x < 32 ? (0, 100, 0) : (0, 0, 60));

        using var crop = Open(m => m with { Input = m.Input with { Resize = ResizeRule.Crop } });
        AssertNear([0, 100, 0], crop.Embed([stripes]).Row(0), 2);
        using var stretch = Open(m => m);
        AssertNear([200 / 3.0, 100 / 3.0, 20], stretch.Embed([stripes]).Row(0), 4);

        // A plain 16 x 8 picture fills half of the square; the border is zero after the mean is taken off.
        using var pad = Open(m => m with { Input = m.Input with { Resize = ResizeRule.Pad, Mean = [10, 20, 30] } });
        AssertNear([45, 40, 35], pad.Embed([DrawnPictures.Make(16, 8, (_, _) => (100, 100, 100))]).Row(0), 0.5);
    }

    [Fact]
    public void One_picture_many_pictures_and_many_threads_agree_to_the_bit()
    {
        using var embedder = Open(m => m with { Normalise = true });
        using var threaded = new NetworkEmbedder(_folder["model"], threads: 3);
        var pictures = Enumerable.Range(0, 40).Select(i => DrawnPictures.Noise(i, 20 + i, 30)).ToArray();

        var together = embedder.Embed(pictures);
        var spread = threaded.Embed(pictures);
        Parallel.For(0, pictures.Length, i =>
        {
            Assert.Equal(together.Row(i), embedder.Embed([pictures[i]]).Row(0));
            Assert.Equal(together.Row(i), spread.Row(i));
        });
        Assert.Equal(0, embedder.Embed([]).Rows);
    }

    [Fact]
    public void Identity_follows_what_changes_a_vector_and_nothing_else()
    {
        EmbedderDescription Identity(Func<ModelManifest, ModelManifest> change)
        {
            using var embedder = Open(change);
            return embedder.Description;
        }

        var plain = Identity(m => m);
        Assert.Equal(plain, NetworkEmbedder.Describe(StoredModel.Load(_folder["model"])));
        Assert.Equal(plain, Identity(m => m with { Licence = "other", TrainedOn = "other" }));
        Assert.Equal(("transparent", 3, 64), (plain.Id, plain.Dimension, plain.Sha256.Length));
        string[] others =
        [
            Identity(m => m with { Normalise = true }).Sha256,
            Identity(m => m with { Kind = SpaceKind.Bits }).Sha256,
            Identity(m => m with { Taps = [new ModelTap("vector")] }).Sha256,
            Identity(m => m with { Taps = [new ModelTap("map") { Weight = 0.5 }] }).Sha256,
            Identity(m => m with { Taps = [new ModelTap("map", Pooling.Gem, 3)] }).Sha256,
            Identity(m => m with { Taps = [new ModelTap("map", Pooling.Gem, 4)] }).Sha256,
            Identity(m => m with { Input = m.Input with { Mean = [0, 0, 1] } }).Sha256,
            Identity(m => m with { Input = m.Input with { Channels = ChannelOrder.Bgr } }).Sha256,
            Identity(m => m with { Input = m.Input with { Resize = ResizeRule.Crop } }).Sha256,
        ];
        Assert.Equal(others.Length + 1, others.Append(plain.Sha256).Distinct().Count());
    }

    [Fact]
    public void A_model_of_bits_gives_a_number_for_each_and_is_compared_by_differing_bits()
    {
        using var embedder = Open(m => m with { Kind = SpaceKind.Bits });
        Assert.Equal((SpaceKind.Bits, Index.Metric.Hamming, 3, false), (embedder.Description.Kind, embedder.Description.Metric, embedder.Description.Dimension, embedder.Description.BenefitsFromWhitening));
        Assert.Equal(3, embedder.Embed([DrawnPictures.Noise(1)]).Columns);
    }

    [Fact]
    public void A_manifest_that_does_not_fit_its_network_is_refused_with_the_key()
    {
        void Refused(string expected, Func<ModelManifest, ModelManifest> change) => Assert.Contains(expected, Assert.Throws<ModelException>(() => Open(change).Dispose()).Message);

        Refused("promises vectors of 4", m => m with { Dimension = 4 });
        Refused("taps the output 'nothing'", m => m with { Taps = [new ModelTap("nothing")] });
        Refused("correct 'input'", m => m with { Input = m.Input with { Width = 9 } });
        Refused("correct 'input'", m => m with { Input = m.Input with { Layout = TensorLayout.Nhwc } });
        Refused("is not the file", m => m with { Sha256 = new string('0', 64) });
        Refused("takes in text", m => m with { Modality = Modality.Text });
    }

    private NetworkEmbedder Open(Func<ModelManifest, ModelManifest> change, TensorLayout layout = TensorLayout.Nchw) => new(PictureModels.Transparent(_folder["model"], change, layout: layout));

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
