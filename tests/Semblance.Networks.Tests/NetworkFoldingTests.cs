using Semblance.Networks.Tests.Engine;
using Semblance.Networks.Tests.Importing;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class NetworkFoldingTests
{
    [Fact]
    public void Normalisation_and_activation_become_part_of_the_convolution()
    {
        var folded = Check(4, (n, x) => n.Add(new BatchNorm { Activation = Activation.Relu6 }, n.Add(new Convolution(6, 3), x)));
        Assert.Equal(Activation.Relu6, ((Convolution)folded.Nodes.Single().Layer).Activation);
    }

    [Fact]
    public void So_do_layers_of_their_own()
    {
        var folded = Check(4, (n, x) => n.Add(new HardSwish(), n.Add(new Scale([2], [0.5f]), n.Add(new BatchNorm(), n.Add(new Convolution(6, 3) { Bias = true, Groups = 2 }, x)))));
        Assert.Equal(Activation.HardSwish, ((Convolution)folded.Nodes.Single().Layer).Activation);
    }

    [Fact]
    public void A_shortcut_stays_an_addition()
    {
        var folded = Check(4, (n, x) =>
        {
            var main = n.Add(new Convolution(6, 3), x);
            var shortcut = n.Add(new BatchNorm(), n.Add(new Convolution(6, 1), x));
            return n.Add(new BatchNorm { Activation = Activation.Relu }, main, shortcut);
        });
        Assert.Equal([typeof(Convolution), typeof(Convolution), typeof(Add), typeof(Relu)], folded.Nodes.Select(node => node.Layer.GetType()));
    }

    [Fact]
    public void A_linear_layer_takes_its_normalisation_and_dropout_goes()
    {
        var folded = Check(4, (n, x) => n.Add(new Dropout(0.5), n.Add(new BatchNorm { Activation = Activation.Tanh }, n.Add(new Linear(5), n.Add(new GlobalAveragePool(), x)))));
        Assert.Equal([typeof(GlobalAveragePool), typeof(Linear), typeof(Tanh)], folded.Nodes.Select(node => node.Layer.GetType()));
    }

    [Fact]
    public void What_others_read_is_not_folded_away()
    {
        var network = RoundTripTests.Pictures(4, (n, x) =>
        {
            var convolved = n.Add(new Convolution(6, 3), x);
            n.Output("raw", convolved);
            return n.Add(new Add(), n.Add(new BatchNorm(), convolved), n.Add(new BatchNorm(), n.Add(new Relu(), convolved)));
        });
        RoundTripTests.Disturb(network);
        Assert.Equal(2, Compare(network).Nodes.Count(node => node.Layer is BatchNorm));
    }

    [Fact]
    public void A_normalisation_before_a_convolution_stays()
        => Assert.Contains(Check(4, (n, x) => n.Add(new Convolution(3, 3), n.Add(new BatchNorm { Activation = Activation.Relu }, x))).Nodes, node => node.Layer is BatchNorm);

    [Fact]
    public void The_folded_file_gives_the_same_and_has_fewer_nodes()
    {
        var network = RoundTripTests.Pictures(4, (n, x) => n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(new Convolution(6, 3), x)));
        RoundTripTests.Disturb(network);
        using var session = new OnnxSession(NetworkExporter.ToOnnx(network, fold: true), new OnnxSessionOptions { GraphOptimization = GraphOptimization.None });
        ImportCheck.Agrees(network, session, 2, tolerance: 1e-5);
        Assert.True(NetworkExporter.ToOnnx(network, fold: true).Length < NetworkExporter.ToOnnx(network).Length);
    }

    private static Network Check(int channels, Func<Network, Value, Value> make)
    {
        var network = RoundTripTests.Pictures(channels, make);
        RoundTripTests.Disturb(network);
        return Compare(network);
    }

    private static Network Compare(Network network)
    {
        var folded = NetworkFolding.Fold(network);
        Assert.Equal(network.OutputNames, folded.OutputNames);
        using var expected = network.Prepare(3);
        using var actual = folded.Prepare(3);
        var random = new SeededRandom(23);
        foreach (ref var value in expected.Input("x").Span)
            value = (float)random.NextGaussian();
        expected.Input("x").Span.CopyTo(actual.Input("x").Span);
        expected.Forward();
        actual.Forward();
        foreach (var name in network.OutputNames)
            Assert.True(LayerCheck.RelativeError(actual.Output(name).Span.ToArray(), [.. expected.Output(name).Span.ToArray().Select(value => (double)value)]) < 1e-5, name);
        return folded;
    }
}
