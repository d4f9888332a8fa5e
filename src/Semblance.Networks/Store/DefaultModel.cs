using System.Text.Json.Nodes;
using Google.Protobuf;
using Semblance.Natives;
using Semblance.Networks.Onnx;

namespace Semblance.Networks.Store;

/// <summary>
/// The default embedder: ImageNet's ResNet-18 as the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 brings it, cut behind its
/// last pooling, with the average over a middle map beside it, which knows texture and small parts better.
/// </summary>
internal static class DefaultModel
{
    public const string Id = "resnet18";

    /// <summary>Defaults of earlier versions.</summary>
    public static IReadOnlyList<string> RetiredIds { get; } = ["mobilenet-nanodet"];

    /// <summary>Rises with whatever changes the files below, so that a store made by an older program is made anew.</summary>
    public const int Revision = 2;

    private const string Last = "Pooling395_Output_0";
    private const string MiddleMap = "ReLU347_Output_0";
    private const string Middle = "middle";
    private const int LastChannels = 512;
    private const int MiddleChannels = 256;
    private const int Side = 224;

    /// <summary>Writes the model folder <paramref name="folder"/>, which must be empty.</summary>
    public static void Build(string folder, CancellationToken cancellationToken)
    {
        var network = Path.Combine(folder, ModelFile.Name);
        var manifest = new ModelManifest
        {
            Id = Id,
            Sha256 = Write(NativeAssets.DefaultNetwork, network, cancellationToken),
            Dimension = LastChannels + MiddleChannels,
            // As the package's own preparing graph does it, but for the mean picture, of which the mean colour is enough: blue first,
            // no division. Fed as other ResNets are, it keeps half its quality.
            Input = new ModelInput(Side, Side, ChannelOrder.Bgr, TensorLayout.Nchw, [103.06, 115.90, 123.15], [1, 1, 1], 1, ResizeRule.Stretch),
            Taps = [new ModelTap(Last), new ModelTap(Middle) { Weight = 0.5 }],
            TrainedOn = "ImageNet (ResNet-18 of Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1)",
            Licence = "MIT; see the notices beside the program",
            Source = new JsonObject { ["revision"] = Revision },
        };
        manifest.Save(folder);
        ModelFile.MarkVerified(network, manifest.Sha256);
    }

    /// <returns>The hash of what was written.</returns>
    private static string Write(string source, string target, CancellationToken cancellationToken)
    {
        ModelProto model;
        using (var stream = File.OpenRead(source))
            model = ModelProto.Parser.ParseFrom(stream);
        cancellationToken.ThrowIfCancellationRequested();
        Adapt(model);
        using (var stream = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            model.WriteTo(stream);
            stream.Flush(flushToDisk: true);
        }
        return ModelFile.Hash(target);
    }

    /// <summary>Any number of pictures at once, constant weights without denormal ones, and the middle tap as an output.</summary>
    internal static void Adapt(ModelProto model)
    {
        var graph = model.Graph;
        // The file lists its weights among its inputs, as files before IR 4 had to; an input could be set by the caller, so nothing that
        // depends on it can be worked out beforehand.
        model.IrVersion = Math.Max(model.IrVersion, 4);
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var pictures = graph.Input.Single(input => !weights.Contains(input.Name));
        graph.Input.Clear();
        graph.Input.Add(pictures);
        DenormalWeights.Zero(model);

        graph.Node.Add(new NodeProto { Name = Middle, OpType = "GlobalAveragePool", Input = { MiddleMap }, Output = { Middle } });
        var last = graph.Output.Single(output => output.Name == Last);
        var middle = last.Clone();
        middle.Name = Middle;
        middle.Type.TensorType.Shape.Dim[1].DimValue = MiddleChannels;
        graph.Output.Clear();
        graph.Output.Add([last, middle]);
        foreach (var value in graph.Output.Append(pictures))
            value.Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "pictures" };
        graph.ValueInfo.Clear();
    }
}
