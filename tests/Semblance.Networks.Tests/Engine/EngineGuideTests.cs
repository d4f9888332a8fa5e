using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>What docs/engine.md shows works, and is what it shows.</summary>
public sealed class EngineGuideTests
{
    private const int Batch = 4;

    [Fact]
    public void Mish_passes_every_check() => LayerCheck.All(() => new Mish(), [[3, 5, 4, 7]]);

    [Fact]
    public void Mish_shares_large_tensors_out_over_threads() => LayerCheck.Threads(LayerCheck.Single(new Mish(), [3, 5000]));

    [Fact]
    public void One_networks_gradient_goes_through_another_into_it()
    {
        var (generator, discriminator) = (Generator(), Discriminator());
        var names = generator.Parameters;
        using var g = Prepare<double>(generator, new RunOptions { Training = true });
        using var d = Prepare<double>(discriminator, new RunOptions { Training = true, InputGradients = true });
        FillNoise(g.Input("noise").Span);
        g.Forward();
        g.Output("picture").Span.CopyTo(d.Input("picture").Span);
        d.Forward();
        var score = d.Output("score").Span;
        for (var i = 0; i < score.Length; i++)
            d.OutputGradient("score").Span[i] = (1 / (1 + Math.Exp(-score[i])) - 1) / Batch;
        d.Backward();
        d.InputGradient("picture").Span.CopyTo(g.OutputGradient("picture").Span);
        g.Backward();

        // Central differences of the mean of ln(1 + e^-score), by each of the generator's parameters.
        foreach (var parameter in names)
        {
            var gradient = g.ParameterGradient(parameter).ToArray();
            Assert.Contains(gradient, value => Math.Abs(value) > 1e-6);
            for (var i = 0; i < gradient.Length; i++)
            {
                const double Step = 1e-5;
                var numeric = (Loss(parameter, i, Step) - Loss(parameter, i, -Step)) / (2 * Step);
                Assert.Equal(numeric, gradient[i], 1e-8);
            }
        }

        double Loss(Parameter changed, int element, double delta)
        {
            using var first = Prepare<double>(generator, new RunOptions());
            using var second = Prepare<double>(discriminator, new RunOptions());
            first.ParameterValues(changed)[element] += delta;
            FillNoise(first.Input("noise").Span);
            first.Forward();
            first.Output("picture").Span.CopyTo(second.Input("picture").Span);
            second.Forward();
            var loss = 0.0;
            foreach (var value in second.Output("score").Span)
                loss += Math.Log(1 + Math.Exp(-value)) / Batch;
            return loss;
        }
    }

    [Fact]
    public void A_frozen_network_passes_gradients_and_gets_none()
    {
        var (generator, discriminator) = (Generator(), Discriminator());
        using var g = generator.Prepare(Batch, new RunOptions { Training = true });
        using var thawed = discriminator.Prepare(Batch, new RunOptions { Training = true, InputGradients = true });
        discriminator.SetTrainableUpTo(discriminator.OutputValue("score"), trainable: false);
        using var frozen = discriminator.Prepare(Batch, new RunOptions { Training = true, InputGradients = true });
        foreach (var d in new[] { thawed, frozen })
        {
            FillNoise(d.Input("picture").Span);
            d.Forward();
            d.OutputGradient("score").Span.Fill(1);
            foreach (var parameter in discriminator.Parameters)
                parameter.Gradient.Fill(7);
            d.Backward();
        }
        Assert.Equal(thawed.InputGradient("picture").Span.ToArray(), frozen.InputGradient("picture").Span.ToArray());
        Assert.All(discriminator.Parameters, parameter => Assert.All(parameter.Gradient.ToArray(), value => Assert.Equal(7, value)));
    }

    [Fact]
    public void The_guide_shows_the_code_that_is_tested()
    {
        var tests = RepositoryFolder.PathOf("tests", "Semblance.Networks.Tests", "Engine");
        var guide = Lines(RepositoryFolder.PathOf("docs", "engine.md")).ToArray();
        var source = Lines(Path.Combine(tests, "Mish.cs")).Concat(Lines(Path.Combine(tests, "EngineGuideTests.cs"))).ToHashSet(StringComparer.Ordinal);
        var shown = guide.SkipWhile(line => line != "<!-- tested -->").ToArray();
        var blocks = shown.Select((line, i) => (line, i)).Where(entry => entry.line == "<!-- tested -->").ToArray();
        Assert.Equal(2, blocks.Length);
        foreach (var (_, start) in blocks)
        {
            var code = shown.Skip(start + 2).TakeWhile(line => line != "```").ToArray();
            Assert.NotEmpty(code);
            foreach (var line in code)
                Assert.True(source.Contains(Bare(line)), $"docs/engine.md shows '{line}', which no test runs.");
        }
    }

    private static IEnumerable<string> Lines(string path) => File.ReadLines(path).Select(Bare);

    // Without indentation, without the comment behind the code.
    private static string Bare(string line)
    {
        var comment = line.IndexOf(" // ", StringComparison.Ordinal);
        return (comment > 0 ? line[..comment] : line).Trim();
    }

    private static Network Generator()
    {
        var network = new Network(1);
        var noise = network.Input("noise", [1, 3]);
        network.Output("picture", network.Add(new Reshape(2, 2, 1), network.Add(new Linear(4), network.Add(new Mish(), network.Add(new Linear(5), noise)))));
        return network;
    }

    private static Network Discriminator()
    {
        var network = new Network(2);
        var picture = network.Input("picture", [1, 2, 2, 1]);
        network.Output("score", network.Add(new Linear(1), network.Add(new Mish(), network.Add(new Linear(6), network.Add(new Flatten(), picture)))));
        return network;
    }

    private static NetworkRun<T> Prepare<T>(Network network, RunOptions options)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        => network.Prepare<T>([.. network.Inputs.Select(input => network.NominalShape(input.Value).With(0, Batch))], options);

    private static void FillNoise<T>(Span<T> noise)
        where T : struct, System.Numerics.IFloatingPoint<T>
    {
        var random = new SeededRandom(7);
        foreach (ref var value in noise)
            value = T.CreateChecked(random.NextGaussian());
    }
}
