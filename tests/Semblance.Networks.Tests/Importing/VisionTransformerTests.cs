using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Networks.Tests.Engine;
using Xunit;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

/// <summary>Vision transformers as PyTorch and timm write them, and one of the engine's own, against ONNX Runtime.</summary>
public sealed class VisionTransformerTests
{
    private const int Side = 24;
    private const int Patch = 8;
    private const int Tokens = Side / Patch * (Side / Patch);
    private const int Features = 12;
    private const int Heads = 3;
    private const int HeadFeatures = Features / Heads;

    /// <summary>How queries, keys and values come out of the attention's projections.</summary>
    public enum Attention
    {
        /// <summary>One projection, [n, t, 3, heads, d], turned and picked from: timm.</summary>
        Picked,

        /// <summary>As before, but split along the first axis and squeezed: unbind.</summary>
        Unbound,

        /// <summary>One projection split along its features.</summary>
        Split,

        /// <summary>Three projections: Hugging Face.</summary>
        Separate,
    }

    [Theory]
    [InlineData(Attention.Picked, false)]
    [InlineData(Attention.Unbound, false)]
    [InlineData(Attention.Split, true)]
    [InlineData(Attention.Separate, true)]
    public void An_export_computes_what_ONNX_Runtime_computes(Attention attention, bool newer)
    {
        var file = Export(attention, newer);
        var network = ImportCheck.Agrees(file, batch: 3);

        Assert.Contains(network.Parameters, parameter => parameter.Name == "cls_token");
        Assert.Contains(network.Parameters, parameter => parameter.Name == "pos_embed");
        Assert.Equal(5, network.Nodes.Count(node => node.Layer is LayerNorm));
        Assert.Equal(2, network.Nodes.Count(node => node.Layer is Gelu));
        Assert.All(network.Parameters.Where(parameter => parameter.Name is "cls_token" or "pos_embed"), parameter => Assert.True(parameter.Trainable));

        LayerCheck.Onnx(network);
        ImportCheck.Agrees(NetworkExporter.ToOnnx(network), batch: 3);
        ImportCheck.Agrees(NetworkExporter.ToOnnx(network, fold: true), batch: 3);
    }

    [Fact]
    public void A_fixed_batch_is_freed()
    {
        var model = ModelProto.Parser.ParseFrom(Export(Attention.Picked, newer: false, batch: 2));
        var network = ImportCheck.Agrees(model.ToByteArray());
        using var run = network.Prepare(5);
        run.Forward();
        Assert.Equal(new Shape(5, Features), run.Output("class").Shape);
    }

    [Fact]
    public void The_engines_own_passes_the_gradient_check_and_survives_the_file()
    {
        var network = Own();
        RoundTripTests.Disturb(network);
        LayerCheck.Gradients(network, mostElements: 8, tolerance: 1e-4);
        LayerCheck.Onnx(network);
        ImportCheck.Agrees(NetworkExporter.ToOnnx(network), batch: 2);
    }

    [Fact]
    public void A_token_that_differs_within_the_batch_is_refused()
        => Assert.Contains("same for each of the batch", Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(OperatorGraphs.Sequence(4, 6, (b, x) => b.Node("Concat", [OperatorGraphs.W(b, 2, 1, 6), x], Integer("axis", 1))))).Message, StringComparison.Ordinal);

    private static Network Own()
    {
        var network = new Network(4);
        var x = network.Add(new Convolution(Features, Patch) { Stride = Patch, Padding = new Padding(0), Bias = true }, network.Input("x", [2, Side, Side, 3]));
        x = network.Add(new Reshape(Tokens, Features), x);
        x = network.Add(new Concat(1), network.Add(new LearnedTensor(1, Features) { Name = "class" }, x), x);
        x = network.Add(new Offset(Tokens + 1, Features) { Name = "places" }, x);
        for (var block = 0; block < 2; block++)
        {
            x = network.Add(new Add(), x, network.Add(new MultiHeadAttention(Heads), network.Add(new LayerNorm(), x)));
            x = network.Add(new Add(), x, network.Add(new Linear(Features), network.Add(new Gelu(), network.Add(new Linear(2 * Features), network.Add(new LayerNorm(), x)))));
        }
        x = network.Add(new LayerNorm(), x);
        network.Output("class", network.Add(new Reshape(Features), network.Add(new Slice(1, 0, 1), x)));
        network.Output("mean", network.Add(new ReduceMean(1), network.Add(new Slice(1, 1, Tokens), x)));
        return network;
    }

    /// <param name="newer">Opset 17 with LayerNormalization; otherwise 13 with its parts.</param>
    /// <param name="batch">Fixed; 0 leaves it open.</param>
    private static byte[] Export(Attention attention, bool newer, int batch = 0)
    {
        var b = new OnnxGraphBuilder();
        b.Input("image", batch > 0 ? batch : "n", 3, Side, Side);
        var patches = b.Node("Conv", ["image", Named(b, "patch_embed.proj.weight", Features, 3, Patch, Patch), Named(b, "patch_embed.proj.bias", Features)], Integers("strides", Patch, Patch), Integers("kernel_shape", Patch, Patch));
        var (size, flat) = (b.Node("Shape", [patches]), b.Longs(0, Features, -1));
        var x = b.Node("Transpose", [b.Node("Reshape", [patches, flat])], Integers("perm", 0, 2, 1));

        // cls_token.expand(x.shape[0], -1, -1)
        var wanted = b.Node("Concat", [b.Node("Unsqueeze", [b.Node("Gather", [size, b.Scalar(0)], Integer("axis", 0)), b.Longs(0)]), b.Longs(-1), b.Longs(-1)], Integer("axis", 0));
        var ones = b.Node("ConstantOfShape", [b.Longs(3)], One());
        var repeated = b.Node("Where", [b.Node("Equal", [wanted, b.Node("Mul", [ones, b.Scalar(-1)])]), ones, wanted]);
        x = b.Node("Concat", [b.Node("Expand", [Named(b, "cls_token", 1, 1, Features), repeated]), x], Integer("axis", 1));
        x = b.Node("Add", [x, Named(b, "pos_embed", 1, Tokens + 1, Features)]);
        for (var block = 0; block < 2; block++)
        {
            var name = $"blocks.{block}.";
            x = b.Node("Add", [x, Attend(b, Norm(b, x, name + "norm1", newer), name + "attn.", attention)]);
            var hidden = Linear(b, Norm(b, x, name + "norm2", newer), name + "mlp.fc1", Features, 4 * Features);
            var gate = b.Node("Add", [b.Node("Erf", [b.Node("Div", [hidden, b.Floats([1.41421356f])])]), b.Floats([1f])]);
            x = b.Node("Add", [x, Linear(b, b.Node("Mul", [b.Node("Mul", [hidden, gate]), b.Floats([0.5f])]), name + "mlp.fc2", 4 * Features, Features)]);
        }
        x = Norm(b, x, "norm", newer);
        b.Output(b.Node("Gather", [x, b.Scalar(0)], Integer("axis", 1)), "class");
        b.Output(b.Node("ReduceMean", [b.Node("Slice", [x, b.Longs(1), b.Longs(long.MaxValue), b.Longs(1)])], Integers("axes", 1), Integer("keepdims", 0)), "mean");
        b.Output(x, "tokens");
        var model = b.Model();
        foreach (var output in model.Graph.Output)
            output.Type.TensorType.Shape = null;
        if (newer)
            model.OpsetImport[0].Version = 17;
        return model.ToByteArray();
    }

    private static string Attend(OnnxGraphBuilder b, string x, string name, Attention attention)
    {
        string[] parts;
        if (attention is Attention.Picked or Attention.Unbound)
        {
            var all = b.Node("Reshape", [Linear(b, x, name + "qkv", Features, 3 * Features), b.Longs(0, Tokens + 1, 3, Heads, HeadFeatures)]);
            all = b.Node("Transpose", [all], Integers("perm", 2, 0, 3, 1, 4));
            parts = attention == Attention.Picked
                ? [.. Enumerable.Range(0, 3).Select(i => b.Node("Gather", [all, b.Scalar(i)], Integer("axis", 0)))]
                : [.. b.Nodes("Split", [all], 3, Integer("axis", 0)).Select(part => b.Node("Squeeze", [part, b.Longs(0)]))];
        }
        else
        {
            var features = attention == Attention.Split
                ? b.Nodes("Split", [Linear(b, x, name + "qkv", Features, 3 * Features), b.Longs(Features, Features, Features)], 3, Integer("axis", 2))
                : [.. ((string[])["query", "key", "value"]).Select(part => Linear(b, x, name + part, Features, Features))];
            parts = [.. features.Select(part => b.Node("Transpose", [b.Node("Reshape", [part, b.Longs(0, -1, Heads, HeadFeatures)])], Integers("perm", 0, 2, 1, 3)))];
        }
        var scores = b.Node("Div", [b.Node("MatMul", [parts[0], b.Node("Transpose", [parts[1]], Integers("perm", 0, 1, 3, 2))]), b.Floats([2f])]);
        var seen = b.Node("MatMul", [b.Node("Softmax", [scores], Integer("axis", -1)), parts[2]]);
        var joined = b.Node("Reshape", [b.Node("Transpose", [seen], Integers("perm", 0, 2, 1, 3)), b.Longs(0, Tokens + 1, Features)]);
        return Linear(b, joined, name + "proj", Features, Features);
    }

    private static string Linear(OnnxGraphBuilder b, string x, string name, int inputs, int outputs)
        => b.Node("Add", [b.Node("MatMul", [x, Named(b, name + ".weight", inputs, outputs)]), Named(b, name + ".bias", outputs)]);

    private static string Norm(OnnxGraphBuilder b, string x, string name, bool newer)
    {
        var (scale, shift) = (Named(b, name + ".weight", Features), Named(b, name + ".bias", Features));
        if (newer)
            return b.Node("LayerNormalization", [x, scale, shift], Integer("axis", -1), Number("epsilon", 1e-6));
        string Mean(string of) => b.Node("ReduceMean", [of], Integers("axes", -1));
        var centred = b.Node("Sub", [x, Mean(x)]);
        var deviation = b.Node("Sqrt", [b.Node("Add", [Mean(b.Node("Pow", [centred, b.Floats([2f])])), b.Floats([1e-6f])])]);
        return b.Node("Add", [b.Node("Mul", [b.Node("Div", [centred, deviation]), scale]), shift]);
    }

    private static string Named(OnnxGraphBuilder b, string name, params int[] shape) => b.NamedFloats(name, OperatorGraphs.Numbers(shape), shape);

    private static AttributeProto One()
    {
        var one = new TensorProto { DataType = (int)OnnxElementType.Int64, RawData = ByteString.CopyFrom(BitConverter.GetBytes(1L)) };
        one.Dims.Add(1);
        return new AttributeProto { Name = "value", T = one, Type = AttributeProto.Types.AttributeType.Tensor };
    }
}
