using System.Security.Cryptography;
using Google.Protobuf;
using Semblance.Networks;
using Semblance.Networks.Onnx;

namespace Semblance.Cli.Tests.Faults;

/// <summary>A model folder whose network takes the mean colours of a 4 × 4 grid, plus a weight: 48 numbers, made in no time.</summary>
internal static class TinyNetwork
{
    private const int Side = 32;

    public static string Write(string folder, float weight)
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("pixels", "n", 3, Side, Side);
        var cells = builder.Node("AveragePool", ["pixels"], OnnxGraphBuilder.Integers("kernel_shape", 8, 8), OnnxGraphBuilder.Integers("strides", 8, 8));
        var weighted = builder.Node("Add", [builder.Node("Flatten", [cells]), builder.Floats([weight], 1)]);
        builder.Output(weighted, "vector", "n", 48);
        var bytes = builder.Model().ToByteArray();
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), bytes);
        new ModelManifest
        {
            Id = "tiny",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Dimension = 48,
            Input = new ModelInput(Side, Side, ChannelOrder.Rgb, TensorLayout.Nchw, [128, 128, 128], [64, 64, 64], 1, ResizeRule.Stretch),
            Taps = [new ModelTap("vector")],
        }.Save(folder);
        return folder;
    }
}
