using System.Runtime.InteropServices;
using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>Large weights that stay in the file until they are packed.</summary>
public sealed class WeightsOnDemandTests : IDisposable
{
    private static readonly OnnxImportOptions s_onDemand = new() { WeightsOnDemand = true };

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_network_is_the_same(bool asNumbers, bool inPieces)
    {
        var path = Written(file => Represent(file, asNumbers), inPieces);
        var (expected, actual) = (OnnxImporter.Import(path), OnnxImporter.Import(path, s_onDemand));
        Assert.Equal(!inPieces, actual.Parameters.Any(parameter => parameter.Deferred is not null));
        Assert.Equal(expected.Parameters.Select(parameter => parameter.Name), actual.Parameters.Select(parameter => parameter.Name));
        foreach (var (first, second) in expected.Parameters.Zip(actual.Parameters))
            Assert.Equal(first.Values.ToArray(), second.Values.ToArray());
    }

    [Fact]
    public void Folded_and_packed_it_gives_the_same_bits_and_keeps_no_weights_as_they_are()
    {
        var path = Written(_ => { });
        var (expected, actual) = (NetworkFolding.Fold(OnnxImporter.Import(path)), NetworkFolding.Fold(OnnxImporter.Import(path, s_onDemand)));
        Assert.Equal(Pass(expected), Pass(actual));
        var large = actual.Parameters.Where(parameter => parameter.Shape.Length * sizeof(float) >= 1 << 16).ToArray();
        Assert.NotEmpty(large);
        Assert.All(large, parameter => Assert.NotNull(parameter.Deferred));
        // Whoever asks gets them nevertheless.
        Assert.Equal(expected.Parameters.First(parameter => parameter.Name == large[0].Name).Values.ToArray(), large[0].Values.ToArray());
    }

    [Fact]
    public void Numbers_of_another_kind_are_read_at_once()
    {
        var path = Written(file =>
        {
            foreach (var tensor in file.Graph.Initializer.Where(tensor => tensor.RawData.Length >= 1 << 16))
            {
                var halves = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray().Select(value => (Half)value).ToArray();
                tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(halves));
                tensor.DataType = (int)OnnxElementType.Float16;
            }
        });
        var (expected, actual) = (OnnxImporter.Import(path), OnnxImporter.Import(path, s_onDemand));
        Assert.DoesNotContain(actual.Parameters, parameter => parameter.Deferred is not null);
        foreach (var (first, second) in expected.Parameters.Zip(actual.Parameters))
            Assert.Equal(first.Values.ToArray(), second.Values.ToArray());
    }

    [Fact]
    public void A_file_that_was_changed_meanwhile_is_refused()
    {
        var path = Written(_ => { });
        var network = OnnxImporter.Import(path, s_onDemand);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(3));
        Assert.Contains("changed", Assert.Throws<OnnxImportException>(() => Pass(network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused_wherever_it_is_cut_or_changed()
    {
        var whole = File.ReadAllBytes(Written(_ => { }));
        var path = _folder["damaged.onnx"];
        var random = new SeededRandom(3);
        for (var round = 0; round < 60; round++)
        {
            var bytes = round % 2 == 0 ? whole[..(1 + random.NextInt(whole.Length - 1))] : [.. whole];
            if (round % 2 == 1)
                bytes[random.NextInt(round % 4 == 1 ? 200 : bytes.Length)] ^= (byte)(1 << random.NextInt(8));
            File.WriteAllBytes(path, bytes);
            // A changed number is a number; anything else has to be told.
            if (Record.Exception(() => OnnxImporter.Import(path, s_onDemand)) is { } failure)
                Assert.IsType<OnnxImportException>(failure);
            else
                Assert.Equal(1, round % 2);
        }
    }

    public void Dispose() => _folder.Dispose();

    // In pieces: the numbers of a tensor in two fields, as the format allows.
    private static void Represent(ModelProto file, bool asNumbers)
    {
        foreach (var tensor in file.Graph.Initializer.Where(tensor => asNumbers && tensor.RawData.Length > 0 && tensor.DataType == (int)OnnxElementType.Float))
        {
            tensor.FloatData.AddRange(MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray());
            tensor.ClearRawData();
        }
    }

    private string Written(Action<ModelProto> change, bool inPieces = false)
    {
        var network = RoundTripTests.Pictures(40, (n, x) =>
        {
            var first = n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(new Convolution(64, 3), x));
            return n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(new Convolution(64, 3) { Stride = 1 }, first), first);
        });
        RoundTripTests.Disturb(network);
        var file = ModelProto.Parser.ParseFrom(NetworkExporter.ToOnnx(network));
        change(file);
        var bytes = file.ToByteArray();
        if (inPieces)
        {
            // A second piece of the graph and of its first large tensor would be another tensor; so the tensor itself is cut.
            var graph = file.Graph.Clone();
            var cut = new MemoryStream();
            foreach (var tensor in file.Graph.Initializer)
            {
                var rest = tensor.Clone();
                rest.FloatData.Clear();
                var values = tensor.FloatData.ToArray();
                var body = new MemoryStream();
                rest.WriteTo(body);
                foreach (var part in new[] { values[..(values.Length / 2)], values[(values.Length / 2)..] })
                {
                    if (part.Length == 0)
                        continue;
                    var piece = new TensorProto();
                    piece.FloatData.AddRange(part);
                    piece.WriteTo(body);
                }
                Field(cut, GraphProto.InitializerFieldNumber, body.ToArray());
            }
            graph.Initializer.Clear();
            graph.WriteTo(cut);
            file.Graph = null;
            var model = new MemoryStream();
            file.WriteTo(model);
            Field(model, ModelProto.GraphFieldNumber, cut.ToArray());
            bytes = model.ToArray();
        }
        var path = _folder["model.onnx"];
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void Field(Stream target, int number, byte[] content)
    {
        using var output = new CodedOutputStream(target, leaveOpen: true);
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    }

    private static float[] Pass(Network network)
    {
        using var run = network.Prepare(1, new RunOptions { FixedWeights = true });
        var random = new SeededRandom(4);
        foreach (ref var value in run.Input(network.InputNames[0]).Span)
            value = (float)random.NextGaussian();
        run.Forward();
        return run.Output(network.OutputNames[0]).Span.ToArray();
    }
}
