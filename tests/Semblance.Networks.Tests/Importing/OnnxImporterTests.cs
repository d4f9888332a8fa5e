using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Numerics;
using Xunit;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

public sealed class OnnxImporterTests
{
    public static TheoryData<string> Operators() => [.. OperatorGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void An_operator_computes_what_ONNX_Runtime_computes(string name) => ImportCheck.Agrees(OperatorGraphs.All[name]());

    [Fact]
    public void An_embedding_takes_indexes()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("words", "n", 5);
        builder.Output(builder.Node("ReduceMean", [builder.Node("Gather", [OperatorGraphs.W(builder, 9, 4), builder.Node("Cast", ["words"], Integer("to", 7))])], Integers("axes", 1), Integer("keepdims", 0)), "y", "n", 4);
        var network = ImportCheck.Agrees(builder.Model().ToByteArray(), fill: (values, random) =>
        {
            foreach (ref var value in values)
                value = random.NextInt(9);
        });
        Assert.Contains(network.Nodes, node => node.Layer is Embedding);
    }

    [Theory]
    [InlineData("GELU as PyTorch has it", typeof(Gelu))]
    [InlineData("GELU in another order", typeof(Gelu))]
    [InlineData("hard swish", typeof(HardSwish))]
    [InlineData("hard swish spelt out", typeof(HardSwish))]
    [InlineData("HardSigmoid spelt out", typeof(HardSigmoid))]
    [InlineData("swish", typeof(Swish))]
    [InlineData("LayerNormalization spelt out", typeof(LayerNorm))]
    [InlineData("generalised mean", typeof(GeMPool))]
    [InlineData("x / |x|", typeof(L2Normalize))]
    [InlineData("Conv and activation", typeof(Convolution))]
    [InlineData("Pad and Conv", typeof(Convolution))]
    [InlineData("Pad with nothing and MaxPool", typeof(MaxPool))]
    [InlineData("MatMul with weights and bias", typeof(Linear))]
    [InlineData("Mul and Add of constants", typeof(Scale))]
    public void What_exporters_spell_out_becomes_one_layer(string name, Type layer)
    {
        var network = OnnxImporter.Import(OperatorGraphs.All[name]());
        Assert.Equal([layer], network.Nodes.Where(node => node.Layer is not (Reshape or Transpose)).Select(node => node.Layer.GetType()));
    }

    [Fact]
    public void A_residual_block_becomes_two_layers()
    {
        var network = OnnxImporter.Import(OperatorGraphs.All["Conv, normalisation, shortcut, activation"]());
        Assert.Equal([typeof(Convolution), typeof(BatchNorm)], network.Nodes.Select(node => node.Layer.GetType()));
        Assert.Equal(Activation.Relu, ((BatchNorm)network.Nodes[1].Layer).Activation);
    }

    [Theory]
    [InlineData("Transpose to channels last and back")]
    [InlineData("GlobalAveragePool and Flatten")]
    public void Axes_are_accounted_for_and_nothing_is_moved(string name)
        => Assert.DoesNotContain(OnnxImporter.Import(OperatorGraphs.All[name]()).Nodes, node => node.Layer is Transpose or Reshape);

    [Fact]
    public void A_channels_last_file_is_recognised_and_nothing_is_moved()
    {
        var file = OperatorGraphs.Build([6, 5, 3], (b, x) => b.Node("Transpose", [b.Node("Conv", [b.Node("Transpose", [x], Integers("perm", 0, 3, 1, 2)), OperatorGraphs.W(b, 2, 3, 3, 3)])], Integers("perm", 0, 2, 3, 1)));
        var network = OnnxImporter.Import(file);
        Assert.Equal([typeof(Convolution)], network.Nodes.Select(node => node.Layer.GetType()));
        using var run = network.Prepare(2);
        OperatorGraphs.Numbers(2, 6, 5, 3).CopyTo(run.Input("x").Span);
        run.Forward();
        using var session = new OnnxSession(file);
        using var results = session.Run([OnnxTensor.Of<float>("x", OperatorGraphs.Numbers(2, 6, 5, 3), 2, 6, 5, 3)]);
        Assert.All(results[0].ToArray<float>().Zip(run.Output("y").Span.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Parameters_take_the_names_of_the_file()
    {
        var network = OnnxImporter.Import(TwoBlocks());
        Assert.Equal(
            ["features.0.weight", "features.1.weight", "features.1.bias", "features.1.running_mean", "features.1.running_var", "head.weight", "head.bias"],
            network.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["features.0", "features.1", "head"], network.Nodes.Where(node => node.Layer.Parameters.Count > 0).Select(node => node.Layer.Name));
    }

    [Theory]
    [InlineData("features.1")]
    [InlineData("act")]
    [InlineData("norm")]
    public void A_tap_cuts_the_network(string tap)
    {
        var network = OnnxImporter.Import(TwoBlocks(), new OnnxImportOptions { UpTo = [tap] });
        Assert.Equal([tap], network.OutputNames);
        Assert.Equal([1, 6, 6, 4], network.OutputValue(tap).Shape);
        Assert.DoesNotContain(network.Parameters, parameter => parameter.Name.StartsWith("head", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_tap_is_named()
    {
        var failure = Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(TwoBlocks(), new OnnxImportOptions { UpTo = ["features.7"] }));
        Assert.Contains("'features.7'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_frozen_stays_and_the_rest_learns()
    {
        var network = OnnxImporter.Import(TwoBlocks(), new OnnxImportOptions { FreezeUpTo = "act" });
        Assert.Equal(["head.weight", "head.bias"], network.Parameters.Where(parameter => parameter.Trainable).Select(parameter => parameter.Name));
        var before = network.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Values.ToArray());
        using var run = network.Prepare(3, new RunOptions { Training = true });
        var random = new SeededRandom(3);
        foreach (ref var value in run.Input("x").Span)
            value = (float)random.NextGaussian();
        run.Forward();
        run.OutputGradient("y").Span.Fill(1);
        run.Backward();
        foreach (var parameter in network.Parameters.Where(parameter => !parameter.Trainable))
            Assert.Equal(before[parameter.Name], parameter.Values.ToArray());
        Assert.Contains(network.Parameters.First(parameter => parameter.Name == "head.weight").Gradient.ToArray(), gradient => gradient != 0);
    }

    [Fact]
    public void A_layer_that_is_added_behind_an_import_has_weights_of_its_own()
    {
        var network = OnnxImporter.Import(TwoBlocks());
        var head = new Linear(3);
        network.Add(head, network.OutputValue("y"));
        Assert.All(head.Parameters[0].Values.ToArray(), weight => Assert.NotEqual(0, weight));
    }

    [Fact]
    public void Another_size_of_pictures_can_be_chosen()
    {
        var network = OnnxImporter.Import(TwoBlocks(), new OnnxImportOptions { InputShapes = new Dictionary<string, Shape>(StringComparer.Ordinal) { ["x"] = [1, 10, 12, 3] }, UpTo = ["act"] });
        Assert.Equal([1, 10, 12, 4], network.OutputValue("act").Shape);
    }

    [Fact]
    public void A_size_that_is_open_must_be_given()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 3, "h", "w");
        builder.Output(builder.Node("Relu", ["x"]), "y", "n", 3, "h", "w");
        var failure = Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(builder.Model().ToByteArray()));
        Assert.Contains("InputShapes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_with_the_same_weights_share_a_layer()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 5);
        var (weight, bias) = (OperatorGraphs.W(builder, 5, 5), OperatorGraphs.W(builder, 5));
        builder.Output(builder.Node("Gemm", [builder.Node("Relu", [builder.Node("Gemm", ["x", weight, bias])]), weight, bias]), "y", "n", 5);
        var network = ImportCheck.Agrees(builder.Model().ToByteArray());
        Assert.Equal(2, network.Parameters.Count);
    }

    [Fact]
    public void Weights_of_other_number_formats_are_read()
    {
        float[] numbers = [1, -2, 0.5f, 3, 0.25f, -1];
        byte[] halves = [.. numbers.SelectMany(value => BitConverter.GetBytes((Half)value))];
        byte[] doubles = [.. numbers.SelectMany(value => BitConverter.GetBytes((double)value))];
        var plain = new TensorProto { DataType = (int)OnnxElementType.Float };
        plain.FloatData.AddRange(numbers);
        TensorProto[] forms = [plain, new TensorProto { DataType = (int)OnnxElementType.Float16, RawData = ByteString.CopyFrom(halves) }, new TensorProto { DataType = (int)OnnxElementType.Double, RawData = ByteString.CopyFrom(doubles) }];
        foreach (var form in forms)
        {
            var model = new OnnxGraphBuilder();
            model.Input("x", "n", 2);
            model.Output(model.Node("MatMul", ["x", "w"]), "y", "n", 3);
            var proto = model.Model();
            form.Name = "w";
            form.Dims.AddRange([2L, 3L]);
            proto.Graph.Initializer.Add(form);
            Assert.Equal(numbers, OnnxImporter.Import(proto.ToByteArray()).Parameters.Single().Values.ToArray());
        }
    }

    [Fact]
    public void An_unknown_operator_is_named_with_its_node_and_what_is_supported()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 3, 4, 4);
        builder.Output(builder.Node("Cos", ["x"]), "y", "n", 3, 4, 4);
        var failure = Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(builder.Model().ToByteArray()));
        Assert.Contains("(Cos)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("BatchNormalization", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_operator_behind_the_tap_does_not_matter()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 3, 4, 4);
        var relu = builder.Node("Relu", ["x"]);
        builder.Output(builder.Node("Cos", [relu]), "y", "n", 3, 4, 4);
        Assert.Equal([relu], OnnxImporter.Import(builder.Model().ToByteArray(), new OnnxImportOptions { UpTo = [relu] }).OutputNames);
    }

    [Fact]
    public void A_file_that_is_cut_short_or_changed_is_refused_and_never_crashes()
    {
        var bytes = TwoBlocks();
        for (var length = 0; length < bytes.Length; length += 13)
            Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(bytes.AsMemory(0, length)));
        var random = new SeededRandom(11);
        var refused = 0;
        for (var round = 0; round < 400; round++)
        {
            var changed = (byte[])bytes.Clone();
            for (var i = 0; i <= round % 3; i++)
                changed[random.NextInt(changed.Length)] = (byte)random.NextInt(256);
            try
            {
                OnnxImporter.Import(changed);
            }
            catch (OnnxImportException)
            {
                refused++;
            }
        }
        Assert.True(refused > 25, $"only {refused} were refused");
    }

    [Fact]
    public void Hostile_sizes_are_refused_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        byte[][] files =
        [
            OperatorGraphs.Picture(3, 4, 4, (b, x) => b.Node("Mul", [x, b.Node("ConstantOfShape", [b.Longs(1 << 20, 1 << 20)])])),
            OperatorGraphs.Picture(3, 4, 4, (b, x) => b.Node("Mul", [x, b.Node("Expand", [b.Floats([1f], 1), b.Longs(1 << 20, 1 << 20, 1 << 20)])])),
            OperatorGraphs.Picture(3, 4, 4, (b, x) => b.Node("Pad", [b.Node("Pad", [x, b.Longs(0, 0, int.MaxValue / 2, 0, 0, 0, 0, 0)]), b.Longs(0, 0, 0, int.MaxValue / 2, 0, 0, 0, 0)])),
            OperatorGraphs.Picture(3, 4, 4, (b, x) => b.Node("Conv", [x, OperatorGraphs.W(b, 4, 3, 1, 1)], Integer("group", int.MaxValue))),
            OperatorGraphs.Build([int.MaxValue, int.MaxValue, int.MaxValue], (b, x) => b.Node("MatMul", [x, OperatorGraphs.W(b, 2, 3)])),
            OperatorGraphs.Build([int.MaxValue], (b, x) => b.Node("PRelu", [x, OperatorGraphs.W(b, 1)])),
        ];
        foreach (var file in files)
            Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(file));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20);
    }

    [Fact]
    public void No_file_is_told_apart_from_a_bad_one()
    {
        Assert.Throws<FileNotFoundException>(() => OnnxImporter.Import(Path.Combine(Path.GetTempPath(), "no-such-model.onnx")));
        Assert.Throws<OnnxImportException>(() => OnnxImporter.Import("<html>404</html>"u8.ToArray()));
    }

    /// <summary>Convolution, normalisation, activation, pooling and a linear layer with names as PyTorch gives them.</summary>
    private static byte[] TwoBlocks()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 3, 6, 6);
        string Named(string name, params int[] shape) => builder.NamedFloats(name, OperatorGraphs.Numbers(shape), shape);
        var convolved = builder.Node("Conv", ["x", Named("features.0.weight", 4, 3, 3, 3)], Integers("pads", 1, 1, 1, 1));
        var variance = builder.NamedFloats("features.1.running_var", [.. Enumerable.Repeat(1f, 4)], 4);
        var normal = builder.Node("BatchNormalization", [convolved, Named("features.1.weight", 4), Named("features.1.bias", 4), Named("features.1.running_mean", 4), variance]);
        var active = builder.Node("Relu", [normal]);
        builder.Output(builder.Node("Gemm", [builder.Node("Flatten", [builder.Node("GlobalAveragePool", [active])]), Named("head.weight", 5, 4), Named("head.bias", 5)], Integer("transB", 1)), "y", "n", 5);
        var model = builder.Model();
        model.Graph.Node[1].Name = "norm";
        model.Graph.Node[2].Output[0] = "act";
        model.Graph.Node[3].Input[0] = "act";
        return model.ToByteArray();
    }
}
