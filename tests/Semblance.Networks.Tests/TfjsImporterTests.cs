using System.Text.Json.Nodes;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class TfjsImporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7, 7, 2, "SAME")]
    [InlineData(8, 8, 2, "SAME")]
    [InlineData(7, 10, 2, "SAME")]
    [InlineData(9, 6, 1, "SAME")]
    [InlineData(9, 8, 2, "VALID")]
    public void Convolutions_agree_with_the_definition(int height, int width, int stride, string padding)
    {
        var tiny = new TinyTfjs(-1, height, width, 3);
        var kernel = tiny.RandomFloats("w", 3, 3, 3, 5);
        var bias = tiny.RandomFloats("b", 5);
        var depthKernel = tiny.RandomFloats("dw", 3, 3, 5, 2);
        tiny.Node("conv", "_FusedConv2D", ["input", "w", "b"], TinyTfjs.Window(stride, padding, fused: ["BiasAdd", "Relu6"]));
        tiny.Node("depth", "DepthwiseConv2dNative", ["conv", "dw"], TinyTfjs.Window(stride, padding));
        var picture = Picture(height, width);

        var same = padding == "SAME";
        var first = picture.Convolve(kernel, 3, 5, stride, same).Map((v, c) => Math.Clamp(v + bias[c], 0, 6));
        var expected = first.Convolve(depthKernel, 3, 10, stride, same, depthwise: true);

        AssertClose(first, Run(tiny, picture, "conv"));
        AssertClose(expected, Run(tiny, picture, "depth"));
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, true)]
    [InlineData(9, false)]
    public void Pools_batch_norm_activations_and_arithmetic_agree_with_the_definition(int size, bool same)
    {
        var tiny = new TinyTfjs(-1, size, size, 3);
        float[] gamma = [1.5f, -0.5f, 2], beta = [0.1f, 0.2f, -0.3f], mean = [0.05f, -0.1f, 0.2f], variance = [0.5f, 2, 0.25f];
        tiny.Floats("gamma", gamma, 3);
        tiny.Floats("beta", beta, 3);
        tiny.Floats("mean", mean, 3);
        tiny.Floats("variance", variance, 3);
        var factor = tiny.RandomFloats("factor", 3);
        tiny.Integers("axis", [3]);
        tiny.Node("norm", "FusedBatchNormV3", ["input", "gamma", "beta", "mean", "variance"], new JsonObject { ["epsilon"] = new JsonObject { ["f"] = 0.01 } });
        tiny.Node("leaky", "LeakyRelu", ["norm:0"], new JsonObject { ["alpha"] = new JsonObject { ["f"] = 0.1 } });
        tiny.Node("scaled", "Mul", ["factor", "leaky"]);
        tiny.Node("max", "MaxPool", ["scaled"], TinyTfjs.Window(2, same ? "SAME" : "VALID", 3));
        tiny.Node("mean_pool", "AvgPool", ["leaky"], TinyTfjs.Window(2, same ? "SAME" : "VALID", 3));
        tiny.Node("both", "ConcatV2", ["max", "mean_pool", "axis"]);
        var picture = Picture(size, size);

        var leaky = picture.Map((v, c) => (gamma[c] * (v - mean[c]) / Math.Sqrt(variance[c] + 0.01)) + beta[c]).Map((v, _) => v < 0 ? 0.1 * v : v);
        var max = leaky.Map((v, c) => v * factor[c]).Pool(3, 2, same, max: true);
        var average = leaky.Pool(3, 2, same, max: false);
        var expected = NaiveTensor.Make(max.Height, max.Width, 6, (y, x, c) => c < 3 ? max[y, x, c] : average[y, x, c - 3]);

        AssertClose(expected, Run(tiny, picture, "both"));
    }

    [Fact]
    public void Transposes_between_layouts_vanish_and_padding_lands_on_the_right_axes()
    {
        // As converters from PyTorch write it: channels first outside, channels last around the convolution.
        var tiny = new TinyTfjs(-1, 3, 6, 7);
        var kernel = tiny.RandomFloats("w", 3, 3, 3, 4);
        tiny.Integers("pads", [0, 0, 0, 0, 1, 2, 2, 0], 4, 2);
        tiny.Integers("to_last", [0, 2, 3, 1], 4);
        tiny.Integers("to_first", [0, 3, 1, 2], 4);
        tiny.Node("pad", "Pad", ["input", "pads"]);
        tiny.Node("last", "Transpose", ["pad", "to_last"]);
        tiny.Node("conv", "Conv2D", ["last", "w"], TinyTfjs.Window(2, "VALID"));
        tiny.Node("first", "Transpose", ["conv", "to_first"]);
        tiny.Node("leaky", "Relu", ["first"]);
        var picture = Picture(6, 7);

        var padded = NaiveTensor.Make(9, 9, 3, (y, x, c) => picture[y - 1, x - 2, c]);
        var expected = padded.Convolve(kernel, 3, 4, 2, same: false).Map((v, _) => Math.Max(v, 0));

        AssertClose(expected, Run(tiny, picture, "leaky"));
        var model = Onnx.ModelProto.Parser.ParseFrom(Import(tiny, "leaky"));
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Transpose");
    }

    [Fact]
    public void A_pooled_tap_is_the_average_of_the_map_and_a_dense_layer_follows_a_mean()
    {
        var tiny = new TinyTfjs(-1, 5, 4, 3);
        var weights = tiny.RandomFloats("w", 3, 2);
        var bias = tiny.RandomFloats("b", 2);
        tiny.Integers("axes", [1, 2], 2);
        tiny.Node("relu", "Relu", ["input"]);
        tiny.Node("mean", "Mean", ["relu", "axes"]);
        tiny.Node("dense", "_FusedMatMul", ["mean", "w", "b"], new JsonObject { ["fused_ops"] = new JsonObject { ["list"] = new JsonObject { ["s"] = new JsonArray(TinyTfjs.Text("BiasAdd")["s"]!.DeepClone()) } } });
        var picture = Picture(5, 4);

        double[] mean = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 20).Average(i => Math.Max(picture[i / 4, i % 4, c], 0)))];
        double[] dense = [.. Enumerable.Range(0, 2).Select(o => Enumerable.Range(0, 3).Sum(c => mean[c] * weights[(c * 2) + o]) + bias[o])];

        AssertClose(mean, Run(tiny, picture, "relu", pooled: true).Values);
        AssertClose(dense, Run(tiny, picture, "dense").Values);
    }

    [Fact]
    public void Quantised_and_half_precision_weights_are_decoded_to_the_stored_values()
    {
        var tiny = new TinyTfjs(-1, 2, 2, 3);
        byte[] codes = [0, 255, 10, 128, 64, 1];
        Half[] halves = [(Half)0.333, (Half)(-2.5)];
        tiny.Quantised("w", codes, 0.02, -1.25, 1, 1, 3, 2);
        tiny.Halves("b", halves, 2);
        tiny.Node("conv", "_FusedConv2D", ["input", "w", "b"], TinyTfjs.Window(1, "SAME", fused: ["BiasAdd"]));
        var picture = Picture(2, 2);

        var expected = picture.Convolve([.. codes.Select(c => (float)((c * 0.02) - 1.25))], 1, 2, 1, same: true).Map((v, c) => v + (double)halves[c]);

        AssertClose(expected, Run(tiny, picture, "conv"));
    }

    [Fact]
    public void Bundled_scripts_give_the_same_model_as_json()
    {
        var tiny = new TinyTfjs(-1, 6, 6, 3);
        tiny.RandomFloats("w", 3, 3, 3, 4);
        tiny.Quantised("b", [1, 2, 3, 4], 0.25, -0.5, 4);
        var attributes = TinyTfjs.Window(1, "SAME", fused: ["BiasAdd"]);
        attributes["use_cudnn_on_gpu"] = new JsonObject { ["b"] = true };
        tiny.Node("conv", "_FusedConv2D", ["input", "w", "b"], attributes);
        var options = new TfjsImportOptions { Taps = [new TfjsTap("conv", "map", false)] };

        var fromJson = TfjsImporter.Import(tiny.Save(_folder["json"]), options);
        var fromScripts = TfjsImporter.Import(tiny.SaveScripts(_folder["js"]), options);

        Assert.Equal(fromJson, fromScripts);
    }

    [Fact]
    public void An_input_node_cuts_off_what_lies_before_it()
    {
        var tiny = new TinyTfjs(-1, 2, 2, 3);
        tiny.Floats("two", [2]);
        tiny.Node("double", "Mul", ["input", "two"]);
        tiny.Node("relu", "Relu", ["double"]);
        var picture = Picture(2, 2);

        var cut = TfjsImporter.Import(tiny.Save(_folder["cut"]), new TfjsImportOptions { InputNode = "double", Taps = [new TfjsTap("relu", "tap", false)] });

        AssertClose(picture.Map((v, _) => Math.Max(v, 0)), Run(cut, picture));
        AssertClose(picture.Map((v, _) => Math.Max(2 * v, 0)), Run(tiny, picture, "relu"));
    }

    [Fact]
    public void Faults_are_named()
    {
        var tiny = new TinyTfjs(-1, 4, 4, 3);
        tiny.RandomFloats("w", 1, 1, 3, 2);
        tiny.Node("odd", "Cumsum", ["input", "w"]);
        tiny.Node("after", "Relu", ["odd"]);
        tiny.Node("good", "Relu", ["input"]);
        tiny.Node("loop_a", "Relu", ["loop_b"]);
        tiny.Node("loop_b", "Relu", ["loop_a"]);

        var unknown = Assert.Throws<TfjsImportException>(() => Import(tiny, "after"));
        Assert.Contains("Cumsum", unknown.Message);
        Assert.Contains("'odd'", unknown.Message);
        Assert.Contains("'nowhere'", Assert.Throws<TfjsImportException>(() => Import(tiny, "nowhere")).Message);
        Assert.Contains("circle", Assert.Throws<TfjsImportException>(() => Import(tiny, "loop_a")).Message);
        Assert.NotEmpty(Import(tiny, "good"));

        var file = tiny.Save(_folder["broken"]);
        var options = new TfjsImportOptions { Taps = [new TfjsTap("good", "tap", false)] };
        File.WriteAllBytes(_folder["broken", "weights.bin"], new byte[3]);
        Assert.Contains("weights", Assert.Throws<TfjsImportException>(() => TfjsImporter.Import(file, options)).Message);
        File.Delete(_folder["broken", "weights.bin"]);
        Assert.Contains("weights.bin", Assert.Throws<TfjsImportException>(() => TfjsImporter.Import(file, options)).Message);
        File.WriteAllText(file, "{\"format\": \"layers-model\"}");
        Assert.Contains("graph model", Assert.Throws<TfjsImportException>(() => TfjsImporter.Import(file, options)).Message);
        var script = tiny.SaveScripts(_folder["cut"]);
        File.WriteAllText(script, File.ReadAllText(script)[..400]);
        Assert.Contains("ends in the middle", Assert.Throws<TfjsImportException>(() => TfjsImporter.Import(script, options)).Message);
    }

    private static NaiveTensor Picture(int height, int width)
    {
        var random = new Random(3);
        return NaiveTensor.Make(height, width, 3, (_, _, _) => (random.NextSingle() * 2) - 1);
    }

    private byte[] Import(TinyTfjs tiny, string node, bool pooled = false) =>
        TfjsImporter.Import(tiny.Save(_folder["model"]), new TfjsImportOptions { Taps = [new TfjsTap(node, "tap", pooled)] });

    private NaiveTensor Run(TinyTfjs tiny, NaiveTensor picture, string node, bool pooled = false) => Run(Import(tiny, node, pooled), picture);

    private static NaiveTensor Run(byte[] model, NaiveTensor picture)
    {
        using var session = new OnnxSession(model);
        var input = new float[picture.Values.Length];
        for (var c = 0; c < 3; c++)
        {
            for (var i = 0; i < picture.Height * picture.Width; i++)
                input[(c * picture.Height * picture.Width) + i] = (float)picture.Values[(i * 3) + c];
        }
        using var results = session.Run([OnnxTensor.Of<float>("image", input, 1, 3, picture.Height, picture.Width)]);
        var (shape, values) = (results[0].Shape, results[0].ToArray<float>());
        var (channels, height, width) = shape.Count == 4 ? ((int)shape[1], (int)shape[2], (int)shape[3]) : ((int)shape[1], 1, 1);
        return NaiveTensor.Make(height, width, channels, (y, x, c) => values[(((c * height) + y) * width) + x]);
    }

    private static void AssertClose(NaiveTensor expected, NaiveTensor actual)
    {
        Assert.Equal((expected.Height, expected.Width, expected.Channels), (actual.Height, actual.Width, actual.Channels));
        AssertClose(expected.Values, actual.Values);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }
}
