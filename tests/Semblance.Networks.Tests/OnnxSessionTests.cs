using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class OnnxSessionTests
{
    [Fact]
    public void Runs_a_model_and_describes_its_ends()
    {
        using var session = new OnnxSession(AddOne());

        var input = Assert.Single(session.Inputs);
        Assert.Equal(("x", OnnxElementType.Float), (input.Name, input.ElementType));
        Assert.Equal([-1, 3], input.Shape);
        Assert.Equal("y", Assert.Single(session.Outputs).Name);
        using var results = session.Run([OnnxTensor.Of<float>("x", new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3)]);
        Assert.Equal([2, 3], results[0].Shape);
        Assert.Equal([2f, 3, 4, 5, 6, 7], results[0].ToArray<float>());
    }

    [Fact]
    public void Takes_bytes_and_longs()
    {
        foreach (var (type, expected) in new[] { (OnnxElementType.UInt8, 201f), (OnnxElementType.Int64, 5_000_000_000f + 1) })
        {
            var builder = new OnnxGraphBuilder();
            builder.Input("x", 1);
            var number = builder.Node("Cast", ["x"], OnnxGraphBuilder.Integer("to", (int)OnnxElementType.Float));
            builder.Output(builder.Node("Add", [number, builder.Floats([1f])]), "y", 1);
            var model = builder.Model();
            model.Graph.Input[0].Type.TensorType.ElemType = (int)type;
            using var session = new OnnxSession(model.ToByteArray());

            var tensor = type == OnnxElementType.UInt8 ? OnnxTensor.Of<byte>("x", new byte[] { 200 }, 1) : OnnxTensor.Of<long>("x", new[] { 5_000_000_000 }, 1);
            using var results = session.Run([tensor]);

            Assert.Equal(expected, results[0].Span<float>()[0]);
        }
    }

    [Fact]
    public void Faults_are_exceptions_with_the_runtimes_words()
    {
        Assert.Contains("could not load", Assert.Throws<OnnxException>(() => new OnnxSession(new byte[] { 1, 2, 3 })).Message);
        Assert.Contains("/nowhere.onnx", Assert.Throws<FileNotFoundException>(() => new OnnxSession("/nowhere.onnx")).Message);
        using var session = new OnnxSession(AddOne());
        Assert.Contains("no input 'z'", Assert.Throws<OnnxException>(() => session.Run([OnnxTensor.Of<float>("z", new float[3], 1, 3)])).Message);
        Assert.Contains("no output 'z'", Assert.Throws<OnnxException>(() => session.Run([OnnxTensor.Of<float>("x", new float[3], 1, 3)], ["z"])).Message);
        Assert.Contains("dimensions", Assert.Throws<OnnxException>(() => session.Run([OnnxTensor.Of<float>("x", new float[4], 1, 4)])).Message);
        Assert.Contains("type", Assert.Throws<OnnxException>(() => session.Run([OnnxTensor.Of<byte>("x", new byte[3], 1, 3)])).Message);
        Assert.Throws<ArgumentException>(() => OnnxTensor.Of<float>("x", new float[4], 1, 3));
        Assert.Throws<NotSupportedException>(() => OnnxTensor.Of<char>("x", new char[3], 3));
    }

    [Fact]
    public void Results_refuse_a_wrong_type_and_a_use_after_dispose()
    {
        using var session = new OnnxSession(AddOne());
        var results = session.Run([OnnxTensor.Of<float>("x", new float[3], 1, 3)]);
        Assert.Throws<InvalidOperationException>(() => results[0].ToArray<long>());
        results.Dispose();
        Assert.Throws<ObjectDisposedException>(() => results[0].ToArray<float>());
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Run([OnnxTensor.Of<float>("x", new float[3], 1, 3)]));
    }

    [Fact]
    public void Several_threads_share_a_session()
    {
        using var session = new OnnxSession(AddOne());
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var results = session.Run([OnnxTensor.Of<float>("x", new float[] { i, 2 * i, 3 * i }, 1, 3)]);
            Assert.Equal([i + 1f, (2 * i) + 1, (3 * i) + 1], results[0].ToArray<float>());
        });
    }

    [Fact]
    public void Saves_the_optimised_graph_which_runs_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using (new OnnxSession(AddOne(), new OnnxSessionOptions { OptimizedModelPath = folder["optimised.onnx"], ConfigEntries = new Dictionary<string, string> { ["session.set_denormal_as_zero"] = "1" } }))
        {
        }
        using var session = new OnnxSession(folder["optimised.onnx"], new OnnxSessionOptions { GraphOptimization = GraphOptimization.None, MemoryArena = false });
        using var results = session.Run([OnnxTensor.Of<float>("x", new float[] { 4, 5, 6 }, 1, 3)]);
        Assert.Equal([5f, 6, 7], results[0].ToArray<float>());
    }

    [Fact]
    public void Fields_of_the_format_that_are_not_modelled_survive_a_rewrite()
    {
        // Field 6 of ModelProto is its doc_string, which the subset leaves out.
        byte[] documented = [.. AddOne(), (6 << 3) | 2, 2, (byte)'h', (byte)'i'];
        var rewritten = ModelProto.Parser.ParseFrom(documented).ToByteArray();
        Assert.Equal(documented.Length, rewritten.Length);
        Assert.Contains("hi", System.Text.Encoding.Latin1.GetString(rewritten));
    }

    private static byte[] AddOne()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 3);
        builder.Output(builder.Node("Add", ["x", builder.Floats([1f])]), "y", "n", 3);
        return builder.Model().ToByteArray();
    }
}
