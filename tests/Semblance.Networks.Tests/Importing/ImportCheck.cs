using Semblance.Networks.Tests.Engine;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>An ONNX file in the engine against ONNX Runtime on the same file and the same numbers.</summary>
internal static class ImportCheck
{
    public const double Tolerance = 1e-4;

    /// <summary>Imports, runs both, compares all outputs; returns the network.</summary>
    /// <param name="batch">For files that leave it open.</param>
    public static Network Agrees(byte[] model, int batch = 2, OnnxImportOptions? options = null, Action<Span<float>, SeededRandom>? fill = null, double tolerance = Tolerance)
    {
        var network = OnnxImporter.Import(model, options);
        using var session = new OnnxSession(model, new OnnxSessionOptions { GraphOptimization = GraphOptimization.None });
        Agrees(network, session, batch, fill, tolerance);
        return network;
    }

    public static void Agrees(Network network, OnnxSession session, int batch, Action<Span<float>, SeededRandom>? fill = null, double tolerance = Tolerance)
    {
        var shapes = network.Inputs.Select(input => network.NominalShape(input.Value).With(0, session.Inputs.First(info => info.Name == input.Name).Shape[0] is > 0 and var fixedBatch ? (int)fixedBatch : batch)).ToArray();
        using var run = network.Prepare<float>(shapes);
        var random = new SeededRandom(5);
        foreach (var name in network.InputNames)
        {
            var values = run.Input(name).Span;
            if (fill is null)
            {
                foreach (ref var value in values)
                    value = (float)random.NextGaussian();
            }
            else
            {
                fill(values, random);
            }
        }
        run.Forward();
        using var results = session.Run([.. session.Inputs.Select(info => Input(run, info))]);
        for (var i = 0; i < results.Count; i++)
        {
            var actual = LayerCheck.ToFile(run.Output(results[i].Name), out var shape);
            Assert.Equal(results[i].Shape, shape);
            var error = LayerCheck.RelativeError(actual.ToArray(), [.. results[i].ToArray<float>().Select(value => (double)value)]);
            Assert.True(error < tolerance, $"{results[i].Name}: the engine differs by {error:e2} of the largest");
        }
    }

    private static OnnxTensor Input(NetworkRun<float> run, OnnxTensorInfo info)
    {
        var values = LayerCheck.ToFile(run.Input(info.Name), out var shape);
        return info.ElementType == OnnxElementType.Int64
            ? OnnxTensor.Of<long>(info.Name, values.ToArray().Select(value => (long)value).ToArray(), shape)
            : OnnxTensor.Of(info.Name, values, shape);
    }
}
