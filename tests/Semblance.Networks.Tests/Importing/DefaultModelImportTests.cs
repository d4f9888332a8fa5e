using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>The default model, imported and trained further.</summary>
public sealed class DefaultModelImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoredModel _model;

    public DefaultModelImportTests() => _model = StoredModel.Load(new ModelStore(_folder["models"]).EnsureDefault());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_agrees_with_ONNX_Runtime()
    {
        using var session = new OnnxSession(_model.NetworkPath, new OnnxSessionOptions { GraphOptimization = GraphOptimization.None });
        ImportCheck.Agrees(OnnxImporter.Import(_model), session, 1);
    }

    // A small head, everything up to the middle tap frozen.
    [Fact]
    public void It_learns()
    {
        const string input = "Input247";
        var network = OnnxImporter.Import(_model, new OnnxImportOptions { FreezeUpTo = "ReLU347_Output_0" });
        network.Output("head", network.Add(new Linear(3) { Name = "head" }, network.OutputValue(_model.Manifest.Taps[0].Output)));
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
        Assert.All(before.Where(pair => !pair.Key.Trainable && !pair.Key.IsBuffer), pair => Assert.Equal(pair.Value, pair.Key.Values.ToArray()));
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
