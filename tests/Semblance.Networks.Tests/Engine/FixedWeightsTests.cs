using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>Runs over weights that stay as they are.</summary>
public sealed class FixedWeightsTests
{
    private const int Callers = 4;

    [Fact]
    public void Results_are_those_of_an_ordinary_run_for_every_size_and_batch()
    {
        var network = Network();
        foreach (var (batch, height, width) in new[] { (1, 18, 22), (3, 18, 22), (1, 33, 9), (1, 18, 22) })
        {
            Shape shape = [batch, height, width, 3];
            using var plain = network.Prepare<float>([shape]);
            using var packed = network.Prepare<float>([shape], new RunOptions { FixedWeights = true });
            var expected = Pass(plain, batch);
            Assert.True(LayerCheck.RelativeError(Pass(packed, batch), [.. expected.Select(value => (double)value)]) < 1e-5);
        }
    }

    [Fact]
    public void Threads_and_callers_side_by_side_change_no_bit()
    {
        var network = Network();
        Shape shape = [2, 18, 22, 3];
        using var alone = network.Prepare<float>([shape], new RunOptions { FixedWeights = true });
        var expected = Enumerable.Range(0, Callers).Select(seed => Pass(alone, seed)).ToArray();
        using var shared = network.Prepare<float>([shape], new RunOptions { FixedWeights = true, Threads = 2 });
        for (var seed = 0; seed < Callers; seed++)
            Assert.Equal(expected[seed], Pass(shared, seed));
        // Each caller prepares a run of its own over a network that no run has packed the weights of yet.
        network = Network();
        var results = new float[Callers][];
        Parallel.For(0, Callers, seed =>
        {
            using var run = network.Prepare<float>([shape], new RunOptions { FixedWeights = true });
            for (var round = 0; round < 3; round++)
                results[seed] = Pass(run, seed);
        });
        Assert.Equal(expected, results);
    }

    [Fact]
    public void Runs_share_the_packed_weights()
    {
        var network = Network();
        var layer = network.Nodes.Select(node => node.Layer).OfType<Convolution>().First();
        using var team = new WorkerTeam(1);
        var first = layer.PackWeights([new Shape(1, 18, 22, 3)], team);
        Assert.NotNull(first);
        Assert.Same(first, layer.PackWeights([new Shape(1, 18, 22, 3)], team));
    }

    [Fact]
    public void Training_is_refused()
        => Assert.Contains("FixedWeights", Assert.Throws<ArgumentException>(() => Network().Prepare(1, new RunOptions { FixedWeights = true, Training = true })).Message, StringComparison.Ordinal);

    private static Network Network()
    {
        var network = new Network(7);
        var x = network.Add(new Convolution(20, 7) { Stride = 2, Padding = new Padding(3, 3, 2, 2), Bias = true, Activation = Activation.Relu }, network.Input("x", [1, 18, 22, 3]));
        x = network.Add(new Convolution(20, 3) { Bias = true, Activation = Activation.Relu }, network.Add(new Convolution(20, 3) { Activation = Activation.Relu }, x), x);
        x = network.Add(new Convolution(20, 3) { Groups = 20 }, x);
        x = network.Add(new Convolution(36, 3) { Stride = 2, Padding = new Padding(1, 1, 0, 0) }, x);
        x = network.Add(new Convolution(40, 1), x);
        network.Output("y", network.Add(new Linear(5), network.Add(new GlobalAveragePool(), x)));
        return network;
    }

    private static float[] Pass(NetworkRun<float> run, int seed)
    {
        var random = new SeededRandom(seed);
        foreach (ref var value in run.Input("x").Span)
            value = (float)random.NextGaussian();
        run.Forward();
        return run.Output("y").Span.ToArray();
    }
}
