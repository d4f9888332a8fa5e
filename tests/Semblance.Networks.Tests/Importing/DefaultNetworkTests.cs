using Semblance.Natives;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>
/// The ImageNet ResNet-18 that comes with the program, a CNTK export of opset 8 with asymmetric borders, as it is run: weights on demand,
/// folded, packed.
/// </summary>
public sealed class DefaultNetworkTests
{
    private const string Input = "Input247";
    private const string Pooled = "Pooling395_Output_0";
    private const string Middle = "ReLU347_Output_0";
    private const int Side = 224;

    [Fact]
    public void Pooled_output_and_middle_tap_agree_with_ONNX_Runtime()
    {
        var network = NetworkFolding.Fold(OnnxImporter.Import(NativeAssets.DefaultNetwork, new OnnxImportOptions { UpTo = [Pooled, Middle], WeightsOnDemand = true }));
        Assert.DoesNotContain(network.Nodes, node => node.Layer is BatchNorm or Relu or Add);
        // The file gives out the pooled values alone; exported again with the tap, it is still ONNX Runtime that computes them.
        using var session = new OnnxSession(NativeAssets.DefaultNetwork);
        using var taps = new OnnxSession(NetworkExporter.ToOnnx(network));
        using var run = network.Prepare(1, new RunOptions { FixedWeights = true, Threads = 2 });
        var random = new SeededRandom(1);
        var pixels = run.Input(Input).Span;
        foreach (ref var value in pixels)
            value = random.NextInt(256) - 114;
        run.Forward();
        var planes = new float[pixels.Length];
        for (var i = 0; i < planes.Length; i++)
            planes[(i % 3 * Side * Side) + (i / 3)] = pixels[i];
        using var expected = session.Run([OnnxTensor.Of<float>(Input, planes, 1, 3, Side, Side)]);
        Assert.True(Cosine(expected[0].ToArray<float>(), run.Output(Pooled).Span.ToArray()) > 0.999999);
        using var both = taps.Run([OnnxTensor.Of<float>(Input, planes, 1, 3, Side, Side)], [Pooled, Middle]);
        Assert.True(Cosine(expected[0].ToArray<float>(), both[0].ToArray<float>()) > 0.999999);
        var map = run.Output(Middle);
        var ours = new float[map.Span.Length];
        var (channels, places) = (map.Shape.Channels, map.Span.Length / map.Shape.Channels);
        for (var i = 0; i < ours.Length; i++)
            ours[(i % channels * places) + (i / channels)] = map.Span[i];
        Assert.True(Cosine(both[1].ToArray<float>(), ours) > 0.999999);
    }

    private static double Cosine(float[] left, float[] right)
    {
        var (dot, leftSquares, rightSquares) = (0.0, 0.0, 0.0);
        foreach (var (a, b) in left.Zip(right))
        {
            dot += (double)a * b;
            leftSquares += (double)a * a;
            rightSquares += (double)b * b;
        }
        return dot / Math.Sqrt(leftSquares * rightSquares);
    }
}
