using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>The default model's two networks, imported and trained further.</summary>
public sealed class DefaultModelImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyList<StoredModel> _parts;

    public DefaultModelImportTests() => _parts = StoredModel.Load(new ModelStore(_folder["models"]).EnsureDefault()).LoadParts();

    [Fact]
    public void Both_agree_with_ONNX_Runtime_and_learn()
    {
        foreach (var part in _parts)
        {
            var network = OnnxImporter.Import(part);
            using (var session = new OnnxSession(part.NetworkPath!, new OnnxSessionOptions { GraphOptimization = GraphOptimization.None }))
                ImportCheck.Agrees(network, session, 1);
            Learns(part);
        }
    }

    public void Dispose() => _folder.Dispose();

    // A small head, everything up to the first tap frozen, at a smaller size for the time's sake.
    private static void Learns(StoredModel part)
    {
        var taps = part.Manifest.Taps.Select(tap => tap.Output).ToArray();
        const string input = "image";
        var network = OnnxImporter.Import(part, new OnnxImportOptions
        {
            FreezeUpTo = taps[0],
            InputShapes = new Dictionary<string, Shape>(StringComparer.Ordinal) { [input] = [1, 96, 96, 3] },
        });
        network.Output("head", network.Add(new Linear(3) { Name = "head" }, network.OutputValue(taps[1])));
        var before = network.Parameters.ToDictionary(parameter => parameter, parameter => parameter.Values.ToArray());
        Assert.Contains(network.Parameters, parameter => !parameter.Trainable && !parameter.IsBuffer);
        Assert.Contains(network.Parameters, parameter => parameter.Trainable && !parameter.Name.StartsWith("head", StringComparison.Ordinal));

        using (var run = network.Prepare(2, new RunOptions { Training = true, Threads = 2 }))
        {
            var random = new SeededRandom(3);
            foreach (ref var value in run.Input(input).Span)
                value = (float)random.NextGaussian();
            var optimizer = new Sgd(network, learningRate: 1e-4);
            var first = Step(run);
            optimizer.Step();
            Assert.True(Step(run) < first);
        }
        Assert.All(before.Where(pair => !pair.Key.Trainable), pair => Assert.Equal(pair.Value, pair.Key.Values.ToArray()));
        Assert.Contains(network.Parameters, parameter => parameter.Trainable && !parameter.Name.StartsWith("head", StringComparison.Ordinal) && parameter.Gradient.ToArray().Any(gradient => gradient != 0));

        using var again = new OnnxSession(NetworkExporter.ToOnnx(network, fold: true));
        ImportCheck.Agrees(network, again, 1);
    }

    // Half the squared distance to (1, 0, -1), and its gradients.
    private static double Step(NetworkRun<float> run)
    {
        run.Forward();
        var (loss, head, gradient) = (0.0, run.Output("head").Span.ToArray(), run.OutputGradient("head"));
        for (var i = 0; i < head.Length; i++)
        {
            var difference = head[i] - (1 - (i % 3));
            gradient.Span[i] = difference;
            loss += difference * difference / 2;
        }
        run.Backward();
        return loss;
    }
}
