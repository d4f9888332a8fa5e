using System.Security.Cryptography;
using Google.Protobuf;
using Semblance.Networks;
using Semblance.Networks.Onnx;

namespace Semblance.Features.Tests;

/// <summary>Model folders whose network hands the prepared pixels through, so that a test can compute the vector by hand.</summary>
internal static class PictureModels
{
    public static string Transparent(string folder, Func<ModelManifest, ModelManifest>? change = null, int size = 8, TensorLayout layout = TensorLayout.Nchw)
    {
        var builder = new OnnxGraphBuilder();
        object[] shape = layout == TensorLayout.Nchw ? ["n", 3, size, size] : ["n", size, size, 3];
        builder.Input("pixels", shape);
        builder.Output("pixels", "map", shape);
        builder.Output(builder.Node("Flatten", [builder.Node("ReduceMean", ["pixels"], OnnxGraphBuilder.Integers("axes", layout == TensorLayout.Nchw ? [2, 3] : [1, 2]))]), "vector", "n", 3);
        var bytes = builder.Model().ToByteArray();
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), bytes);
        var manifest = new ModelManifest
        {
            Id = "transparent",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Dimension = 3,
            Input = new ModelInput(size, size, ChannelOrder.Rgb, layout, [0, 0, 0], [1, 1, 1], 1, ResizeRule.Stretch),
            Taps = [new ModelTap("map")],
            Normalise = false,
        };
        (change?.Invoke(manifest) ?? manifest).Save(folder);
        return folder;
    }
}
