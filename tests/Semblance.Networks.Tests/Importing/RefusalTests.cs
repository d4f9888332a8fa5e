using Xunit;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

/// <summary>What cannot be imported is refused in a sentence that reads as one.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string> Names() => [.. s_files.Keys];

    private static readonly Dictionary<string, Func<byte[]>> s_files = new(StringComparer.Ordinal)
    {
        ["a table as a factor"] = () => OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("Mul", [x, OperatorGraphs.W(b, 3, 4, 5)])),
        ["a table that does not fit"] = () => OperatorGraphs.Sequence(4, 6, (b, x) => b.Node("Add", [x, OperatorGraphs.W(b, 3, 2)])),
        ["a mean over everything"] = () => OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("ReduceMean", [x])),
        ["computed weights"] = () => OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("Conv", [x, x])),
        ["weights of three axes"] = () => OperatorGraphs.Sequence(4, 6, (b, x) => b.Node("Conv", [x, OperatorGraphs.W(b, 2, 4, 3)])),
        ["a factor of one and a half"] = () => OperatorGraphs.Picture(3, 4, 4, (b, x) => b.Node("Resize", [x, "", b.Floats([1f, 1, 1.5f, 1.5f], 4)], Text("mode", "nearest"))),
        ["a reshape over the batch"] = () => OperatorGraphs.Sequence(4, 6, (b, x) => b.Node("Relu", [b.Node("Reshape", [x, b.Longs(4, 6)])])),
        ["work along the batch"] = () => OperatorGraphs.Rows(6, (b, x) => b.Node("Concat", [x, x], Integer("axis", 0))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_refusal_is_one_clean_sentence(string name)
    {
        var message = Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(s_files[name]())).Message;
        Assert.Matches(@"^Node '\S+' \(\w+\) has [^,].*[^,;], which is not supported( \([^,].*[^,]\))?; choose a tap before it \(UpTo\)\.$", message);
        Assert.DoesNotContain(",,", message, StringComparison.Ordinal);
        Assert.DoesNotContain("; pictures", message, StringComparison.Ordinal);
    }

    /// <summary>Three planes in the other order, minus a mean picture: how Microsoft's package prepares pictures for its networks.</summary>
    [Fact]
    public void The_preparing_graph_of_the_package_is_imported()
    {
        var path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages", "microsoft.ml.dnnimagefeaturizer.resnet18", "0.23.1", "tools", "DnnImageModels", "ResNetPrepOnnx", "ResNetPreprocess.onnx");
        if (!File.Exists(path))
            Assert.Skip("The package is not on this machine.");
        ImportCheck.Agrees(File.ReadAllBytes(path), batch: 1);
    }
}
