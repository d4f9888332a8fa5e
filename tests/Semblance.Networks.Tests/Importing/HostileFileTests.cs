using Google.Protobuf;
using Semblance.Networks.Onnx;
using Xunit;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

/// <summary>Files made to harm: each is refused with an <see cref="OnnxImportException"/>, soon, and with little memory.</summary>
public sealed class HostileFileTests
{
    [Theory]
    [InlineData("z", "y", "z")]
    [InlineData("", "", "z")]
    [InlineData("", "z", "")]
    public async Task A_bound_that_is_laid_on_itself_ends(string input, string first, string second)
    {
        var file = Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Div", [x, b.Node("Clip", [x])])), graph =>
        {
            var clip = graph.Node.Single(node => node.OpType == "Clip");
            clip.Input[0] = input;
            clip.Output.Clear();
            clip.Output.AddRange([first, second]);
            graph.Node.Single(node => node.OpType == "Div").Input[1] = "z";
        });
        var import = Task.Run(() => OnnxImporter.Import(file), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<OnnxImportException>(() => import.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Constants_of_many_axes_are_refused()
    {
        var file = Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("MatMul", [x, b.Node("Transpose", [OperatorGraphs.W(b, 6, 6)])])), graph =>
        {
            graph.Initializer[0].Dims.Clear();
            graph.Initializer[0].Dims.AddRange([.. Enumerable.Repeat(1L, 2_000_000), 36]);
        });
        Refused(file, "axes");
        var added = OperatorGraphs.Rows(6, (b, x) => b.Node("Mul", [x, b.Node("Transpose", [b.Node("Unsqueeze", [b.Floats([1f], 1), b.Longs([.. Enumerable.Range(0, 1_000_000).Select(axis => (long)axis)])])])]));
        Refused(added, "axes");
    }

    [Fact]
    public void Constants_that_double_again_and_again_are_refused()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(OperatorGraphs.Rows(6, (b, x) =>
        {
            var constant = b.Longs([.. new long[64]]);
            for (var i = 0; i < 40; i++)
                constant = b.Node("Concat", [constant, constant], Integer("axis", 0));
            return b.Node("Reshape", [x, constant]);
        }), "Concat");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1L << 30);
    }

    [Fact]
    public void Many_computed_constants_are_refused_together()
        => Refused(OperatorGraphs.Rows(6, (b, x) => b.Node("Reshape", [x, b.Node("Concat", [.. Enumerable.Range(0, 60).Select(_ => b.Node("ConstantOfShape", [b.Longs(1 << 20)]))], Integer("axis", 0))])), "ConstantOfShape");

    [Fact]
    public void Weights_may_be_moved_several_times()
    {
        var network = ImportCheck.Agrees(OperatorGraphs.Rows(6, (b, x) =>
        {
            var weight = OperatorGraphs.W(b, 6, 6);
            for (var i = 0; i < 3; i++)
                weight = b.Node("Transpose", [weight], Integers("perm", 1, 0));
            return b.Node("MatMul", [x, weight]);
        }));
        Assert.Single(network.Parameters);
    }

    public static TheoryData<string> Damages() => [.. s_damaged.Keys];

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_node_is_named(string name)
    {
        var (named, make) = s_damaged[name];
        Refused(make(), named);
    }

    [Fact]
    public void A_constant_cannot_be_the_end_of_what_is_frozen()
    {
        var file = Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Mul", [x, b.Node("Neg", [b.Floats([2f])])])), graph => graph.Node[0].Name = "negative");
        var failure = Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(file, new OnnxImportOptions { FreezeUpTo = "negative" }));
        Assert.Contains("'negative'", failure.Message, StringComparison.Ordinal);
    }

    private static readonly Dictionary<string, (string Named, Func<byte[]> Make)> s_damaged = new(StringComparer.Ordinal)
    {
        ["no least value"] = ("(Clip)", () => OperatorGraphs.Rows(6, (b, x) => b.Node("Clip", [x, b.Floats([], 0)]))),
        ["no largest value"] = ("(Clip)", () => OperatorGraphs.Rows(6, (b, x) => b.Node("Clip", [x, "", b.Floats([], 0)]))),
        ["no rate"] = ("(Dropout)", () => OperatorGraphs.Rows(6, (b, x) => b.Node("Dropout", [x, b.Floats([], 0)]))),
        ["no border value"] = ("(Pad)", () => OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("Pad", [x, b.Longs(0, 0, 1, 1, 0, 0, 1, 1), b.Floats([], 0)]))),
        ["one axis cut twice"] = ("(Slice)", () => OperatorGraphs.Rows(6, (b, x) => b.Node("Reshape", [x, b.Node("Slice", [b.Longs(0, 1, 6), b.Longs(0, 0), b.Longs(2, 2), b.Longs(0, 0)])]))),
        ["a mean of nothing"] = ("(ReduceMean)", () => Changed(OperatorGraphs.All["LayerNormalization spelt out"](), graph => graph.Node.First(node => node.OpType == "ReduceMean").Input.Clear())),
        ["three factors"] = ("(Mul)", () => OperatorGraphs.Rows(6, (b, x) => b.Node("Add", [b.Node("Mul", [x, x, b.Floats([2f])]), b.Floats([1f])]))),
        ["an output twice"] = ("'y'", () => Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Relu", [x])), graph => graph.Output.Add(graph.Output[0].Clone()))),
        ["an output without a name"] = ("output", () => Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Relu", [x])), graph => graph.Output.Add(new ValueInfoProto()))),
        ["an input twice"] = ("'x'", () => Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Relu", [x])), graph => graph.Input.Add(graph.Input[0].Clone()))),
        ["an input without a name"] = ("input", () => Changed(OperatorGraphs.Rows(6, (b, x) => b.Node("Clip", [x, "", b.Floats([1f])])), graph =>
        {
            graph.Input.Add(graph.Input[0].Clone());
            graph.Input[1].Name = "";
        })),
    };

    private static byte[] Changed(byte[] file, Action<GraphProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(file);
        change(model.Graph);
        return model.ToByteArray();
    }

    private static void Refused(byte[] file, string named)
        => Assert.Contains(named, Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(file)).Message, StringComparison.Ordinal);
}
