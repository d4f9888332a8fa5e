using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class RandomNetworkTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Gradients_are_right(int seed)
    {
        var network = RandomNetwork.Draw(seed);
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = Recompute.None }, mostElements: 4);
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = Recompute.Cheap }, mostElements: 4);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Single_precision_threads_and_file_agree(int seed)
    {
        var network = RandomNetwork.Draw(seed);
        LayerCheck.SinglePrecision(network, tolerance: 1e-3, floor: 1e-2);
        LayerCheck.Threads(network);
        LayerCheck.Onnx(network, tolerance: 1e-3);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_computed_again_has_the_same_bits(int seed)
    {
        var kept = Results(seed, Recompute.None);
        var repeated = Results(seed, Recompute.Cheap);
        foreach (var (name, values) in kept)
            Assert.True(values.AsSpan().SequenceEqual(repeated[name]), $"{name} differs");
    }

    // Two steps, so that running statistics that move twice in one would show.
    private static Dictionary<string, float[]> Results(int seed, Recompute recompute)
    {
        var network = RandomNetwork.Draw(seed);
        using var run = network.Prepare(3, new RunOptions { Training = true, InputGradients = true, Recompute = recompute, Seed = 5 });
        var results = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var step = 0; step < 2; step++)
        {
            foreach (var name in network.InputNames)
                Fill(run.Input(name).Span, seed + step);
            run.Forward();
            foreach (var name in network.OutputNames)
            {
                results[$"{name} in step {step}"] = run.Output(name).Span.ToArray();
                Fill(run.OutputGradient(name).Span, seed + 50);
            }
            run.Backward();
            foreach (var name in network.InputNames)
                results[$"gradient of {name} in step {step}"] = run.InputGradient(name).Span.ToArray();
            foreach (var parameter in network.Parameters)
                results[$"{parameter} in step {step}"] = (parameter.IsBuffer ? parameter.Values : parameter.Gradient).ToArray();
        }
        return results;
    }

    private static void Fill(Span<float> values, int seed)
    {
        var random = new Numerics.SeededRandom(seed);
        foreach (ref var value in values)
            value = (float)random.NextGaussian();
    }
}
