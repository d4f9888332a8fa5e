using Google.Protobuf;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Networks.Onnx;
using Semblance.Testing;
using Xunit;

namespace Semblance.Features.Tests;

/// <summary>Networks whose norms were made with a known feeding, asked how they want to be fed.</summary>
public sealed class FeedingRecognitionTests
{
    public static TheoryData<string> Names() => [.. Feeding.Known.Where(feeding => feeding != Feeding.Clip).Select(feeding => feeding.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_known_feeding_is_recognised_by_eight_other_pictures(string name)
        => Recognised(FedNetwork.Make(Feeding.Find(name)!), name, FedNetwork.Natural(1000, 8));

    [Theory]
    [InlineData("signed")]
    [InlineData("caffe")]
    public void A_channels_last_export_is_recognised(string name)
        => Recognised(
            FedNetwork.Behind(FedNetwork.Make(Feeding.Find(name)!), TensorLayout.Nhwc, (b, x) => b.Node("Transpose", [x], OnnxGraphBuilder.Integers("perm", 0, 3, 1, 2))),
            name,
            FedNetwork.Natural(1000, 8),
            TensorLayout.Nhwc);

    [Fact]
    public void A_network_that_normalises_by_itself_wants_levels()
        => Recognised(
            FedNetwork.Behind(FedNetwork.Make(Feeding.ImageNet), TensorLayout.Nchw, (b, x) => b.Node("Div", [b.Node("Sub", [x, b.Floats([123.675f, 116.28f, 103.53f], 1, 3, 1, 1)]), b.Floats([58.395f, 57.12f, 57.375f], 1, 3, 1, 1)])),
            "levels",
            FedNetwork.Natural(1000, 8));

    [Theory]
    [InlineData("imagenet")]
    [InlineData("caffe")]
    public void A_norm_behind_an_activation_tells(string name)
        => Recognised(FedNetwork.Make(Feeding.Find(name)!, activationFirst: true), name, FedNetwork.Natural(1000, 8));

    [Fact]
    public void A_norm_of_the_pixels_themselves_tells()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("image", "n", 3, FedNetwork.Side, FedNetwork.Side);
        // Of natural colours with blue first, in levels.
        string[] norm = [.. ((float[][])[[1, 1, 1], [0, 0, 0], [104f, 116, 124], [72 * 72f, 60 * 60, 62 * 62]]).Select(values => builder.Floats(values, 3))];
        builder.Output(builder.Node("Flatten", [builder.Node("GlobalAveragePool", [builder.Node("BatchNormalization", ["image", .. norm])])]), "vector", "n", 3);
        Recognised(builder.Model().ToByteArray(), "levels-bgr", FedNetwork.Natural(1000, 16));
    }

    [Fact]
    public void Filters_that_see_no_colour_leave_the_order_to_the_rule()
    {
        foreach (var truth in (string[])["signed", "signed-bgr", "caffe", "centred"])
        {
            var verdict = Find(FedNetwork.Make(Feeding.Find(truth)!, colourless: true), FedNetwork.Natural(1000, 8)).Verdict!;
            Assert.Equal(truth is "caffe" or "centred" ? "caffe" : "signed", verdict.Choice.Name);
            Assert.Contains("as a rule", verdict.Grounds);
        }
    }

    [Fact]
    public void An_order_against_the_rule_that_fits_somewhat_better_is_asked_about()
    {
        var verdict = new FeedingVerdict("norm", 16, [Score("caffe", 0.2, 0.5), Score("centred", 0.21, 0.5), Score("levels", 0.9, 0)], 3, [Score("centred", 0.14, 1), Score("caffe", 0.2, 0)], Feeding.Caffe);
        Assert.Contains("'centred' fits better", verdict.Doubt);
        Assert.Null((verdict with { Orders = [Score("centred", 0.05, 1), Score("caffe", 0.2, 0)] }).Doubt);
        Assert.Equal("centred", (verdict with { Orders = [Score("centred", 0.05, 1), Score("caffe", 0.2, 0)] }).Choice.Name);
        Assert.Equal(("caffe", null), ((verdict with { Orders = [Score("centred", 0.19, 1), Score("caffe", 0.2, 0)] }).Choice.Name, (verdict with { Orders = [Score("centred", 0.19, 1), Score("caffe", 0.2, 0)] }).Doubt));
        Assert.Contains("nearly as well", (verdict with { Scores = [Score("caffe", 0.2, 0.9), Score("levels", 0.3, 0.1)] }).Doubt);
    }

    [Fact]
    public void A_way_that_nobody_knows_fits_none()
    {
        var odd = new Feeding("odd", "", ChannelOrder.Rgb, 0.0003, [0.9, -0.4, 0.1], [0.004, 0.01, 0.02]);
        Assert.Contains("no way", Find(FedNetwork.Make(odd), FedNetwork.Natural(1000, 8)).Verdict!.Doubt);
    }

    [Fact]
    public void Grey_and_drawn_pictures_are_counted_and_not_fed()
    {
        var grey = FedNetwork.Natural(1000, 5).Select(picture => TestPictures.Draw(picture.Width, picture.Height, "grey", (x, y) => (picture.At(x, y).Green, picture.At(x, y).Green, picture.At(x, y).Green)));
        var drawn = Enumerable.Range(0, 3).Select(seed => TestPictures.Draw(64, 64, "icon", (x, y) => ((x - 32) * (x - 32)) + ((y - 32) * (y - 32)) < 400 + (100 * seed) ? ((byte)200, (byte)30, (byte)(40 * seed)) : ((byte)255, (byte)255, (byte)255)));
        var finding = Find(FedNetwork.Make(Feeding.ImageNet), [.. grey, .. drawn]);
        Assert.Equal((null, 5, 3), (finding.Verdict, finding.Grey, finding.Drawn));
    }

    [Fact]
    public void Three_pictures_are_too_few()
        => Assert.Contains("too few", Find(FedNetwork.Make(Feeding.ImageNet), FedNetwork.Natural(1000, 3)).Verdict!.Doubt);

    [Fact]
    public void A_network_without_a_telling_norm_says_so()
    {
        var model = ModelProto.Parser.ParseFrom(FedNetwork.Make(Feeding.ImageNet));
        var norm = model.Graph.Node.Single(node => node.OpType == "BatchNormalization");
        var untouched = model.Clone();
        foreach (var (input, value) in new[] { (3, 0f), (4, 1f) })
        {
            var weight = untouched.Graph.Initializer.Single(weight => weight.Name == norm.Input[input]);
            weight.RawData = ByteString.CopyFrom([.. Enumerable.Range(0, weight.RawData.Length / 4).SelectMany(_ => BitConverter.GetBytes(value))]);
        }
        Assert.Null(FeedingProbe.TryOpen(untouched, "pixels", FedNetwork.Input(Feeding.Levels), 1, out var reason));
        Assert.Contains("no statistics", reason);
        norm.OpType = "Identity";
        Assert.Null(FeedingProbe.TryOpen(model, "pixels", FedNetwork.Input(Feeding.Levels), 1, out reason));
        Assert.Contains("no batch norm", reason);
    }

    /// <summary>Statistics of one set of photographs, asked with others, of other subjects and another camera.</summary>
    [Theory]
    [InlineData("imagenet")]
    [InlineData("caffe")]
    [InlineData("signed")]
    public void Photographs_of_another_collection_tell(string name)
    {
        var (seen, shown) = (Photographs("flickr8k_1k", 96, 3), Photographs("caltech101", 16, 211));
        if (seen.Count == 0 || shown.Count == 0)
            Assert.Skip("The shared photos are not on this machine.");
        Recognised(FedNetwork.Make(Feeding.Find(name)!, seen), name, shown);
    }

    /// <summary>The weights of Microsoft's package, which says in a graph of its own that it wants BGR, 0 to 255, minus a mean picture.</summary>
    [Theory]
    [InlineData("caltech101", 101)]
    [InlineData("grocery", 31)]
    public void The_ResNet18_of_the_package_is_recognised(string set, int step)
    {
        var path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages", "microsoft.ml.dnnimagefeaturizer.resnet18", "0.23.1", "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
        var photographs = Photographs(set, 8, step);
        if (!File.Exists(path) || photographs.Count == 0)
            Assert.Skip("The package or the shared photos are not on this machine.");
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var input = FedNetwork.Input(Feeding.Levels) with { Width = 224, Height = 224 };
        var probe = FeedingProbe.TryOpen(model, "Input247", input, 1, out _)!;
        Clear(FeedingRecognition.Recognise(probe, input, photographs), "caffe");
    }

    private static void Recognised(byte[] model, string name, IReadOnlyList<Picture> pictures, TensorLayout layout = TensorLayout.Nchw) => Clear(Find(model, pictures, layout), name);

    private static FeedingFinding Find(byte[] model, IReadOnlyList<Picture> pictures, TensorLayout layout = TensorLayout.Nchw)
    {
        var proto = ModelProto.Parser.ParseFrom(model);
        var input = FedNetwork.Input(Feeding.Levels, layout);
        var probe = FeedingProbe.TryOpen(proto, proto.Graph.Input.Single().Name, input, 1, out _)!;
        return FeedingRecognition.Recognise(probe, input, pictures);
    }

    private static void Clear(FeedingFinding finding, string name)
    {
        var verdict = finding.Verdict!;
        var table = string.Join('\n', verdict.Scores.Concat(verdict.Orders).Select(score => $"{score.Feeding.Name} {score.Distance:0.0000} {score.Share:0.00}"));
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        Assert.True(verdict.IsClear && verdict.Choice.Name == name, $"{name} of {verdict.Pictures} pictures: {verdict.Choice.Name}, {verdict.Doubt}\n{table}");
    }

    private static FeedingScore Score(string name, double distance, double share) => new(Feeding.Find(name)!, distance, share);

    private static List<Picture> Photographs(string set, int count, int step)
    {
        if (SharedData.Find(set) is not { } folder)
            return [];
        var paths = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(PictureFiles.LooksLikePicture).Order(StringComparer.Ordinal).ToList();
        return [.. Enumerable.Range(0, count).Select(i => PictureDecoder.Shared.DecodeFile(paths[i * step % paths.Count], new DecodeOptions { MinimumSide = 224 }).Picture).OfType<Picture>()];
    }
}
