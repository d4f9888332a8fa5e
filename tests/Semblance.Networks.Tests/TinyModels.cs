using Google.Protobuf;
using Semblance.Networks.Onnx;

namespace Semblance.Networks.Tests;

/// <summary>Picture networks of a few nodes.</summary>
internal static class TinyModels
{
    /// <summary>Mean colour as the vector [n, 3], weighed down with <paramref name="ballast"/> unused floats to give a download some length.</summary>
    public static byte[] MeanColour(int size = 8, int ballast = 0, bool twoOutputs = false)
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("pixels", "n", 3, size, size);
        var pooled = builder.Node("Flatten", [builder.Node("GlobalAveragePool", ["pixels"])]);
        if (ballast > 0)
        {
            var random = new Random(5);
            var weight = builder.Floats([.. Enumerable.Range(0, ballast).Select(_ => random.NextSingle())], ballast);
            var none = builder.Node("Mul", [builder.Node("ReduceMean", [weight], OnnxGraphBuilder.Integer("keepdims", 0)), builder.Floats([0f])]);
            pooled = builder.Node("Add", [pooled, none]);
        }
        builder.Output(pooled, "vector", "n", 3);
        if (twoOutputs)
            builder.Output(builder.Node("Relu", ["pixels"]), "map", "n", 3, size, size);
        return builder.Model().ToByteArray();
    }

    /// <summary>A model that takes a vector, which no picture network does.</summary>
    public static byte[] Vector()
    {
        var builder = new OnnxGraphBuilder();
        builder.Input("x", "n", 4);
        builder.Output(builder.Node("Relu", ["x"]), "y", "n", 4);
        return builder.Model().ToByteArray();
    }
}
