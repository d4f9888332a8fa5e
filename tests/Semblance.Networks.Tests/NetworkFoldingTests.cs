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
    public void A_shortcut_is_added_by_the_convolution_even_if_it_is_computed_later()
    {
        var folded = Check(4, (n, x) =>
        {
            var main = n.Add(new Convolution(6, 3), x);
            var shortcut = n.Add(new BatchNorm(), n.Add(new Convolution(6, 1), x));
            return n.Add(new BatchNorm { Activation = Activation.Relu }, main, shortcut);
        });
        Assert.Equal([1, 2], folded.Nodes.Select(node => node.Inputs.Length));
        Assert.Equal([Activation.None, Activation.Relu], folded.Nodes.Select(node => ((Convolution)node.Layer).Activation));
    }

    [Fact]
    public void So_is_one_by_a_layer_of_its_own_on_either_side()
    {
        var folded = Check(4, (n, x) =>
        {
            var first = n.Add(new Relu(), n.Add(new Add(), n.Add(new Convolution(4, 3), x), x));
            var second = n.Add(new Add(), first, n.Add(new Scale([2], [1]), n.Add(new Convolution(4, 3), first)));
            // Of two convolutions one takes the addition.
            return n.Add(new HardSwish(), n.Add(new Add(), n.Add(new Convolution(4, 1), second), n.Add(new Convolution(4, 3) { Bias = true }, second)));
        });
        Assert.Equal([2, 2, 1, 2], folded.Nodes.Select(node => node.Inputs.Length));
        Assert.Equal([Activation.Relu, Activation.None, Activation.None, Activation.HardSwish], folded.Nodes.Select(node => ((Convolution)node.Layer).Activation));
    }

    [Fact]
    public void Depthwise_and_linear_layers_leave_the_addition()
    {
        var folded = Check(4, (n, x) => n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(new Convolution(4, 3) { Groups = 4 }, x), x));
        Assert.Equal([typeof(Convolution), typeof(Add), typeof(Relu)], folded.Nodes.Select(node => node.Layer.GetType()));
    }

    [Fact]
    public void Scalings_before_a_shortcut_become_part_of_the_convolution()
    {
        var folded = Check(4, (n, x) =>
        {
            var main = n.Add(new Scale([0.5f], [1]), n.Add(new Scale([2], [0.5f]), n.Add(new Convolution(4, 3), x)));
            return n.Add(new BatchNorm { Activation = Activation.Relu }, main, x);
        });
        Assert.Equal(2, folded.Nodes.Single().Inputs.Length);
    }

    [Fact]
    public void Places_that_share_layers_share_the_folded_one()
    {
        var network = Siamese();
        var folded = Compare(network);
        Assert.Equal(["convolution1", "convolution2"], folded.Nodes.Where(node => node.Layer is Convolution).Select(node => node.Layer).Distinct().Select(layer => layer.Name));
        Assert.Single(folded.Nodes.Where(node => node.Layer is Linear).Select(node => node.Layer).Distinct());
        Assert.DoesNotContain(folded.Nodes, node => node.Layer is BatchNorm);
        using var session = new OnnxSession(NetworkExporter.ToOnnx(network, fold: true));
        var random = new SeededRandom(5);
        using var run = network.Prepare(1);
        var inputs = network.InputNames.Select(name =>
        {
            var span = run.Input(name).Span;
            foreach (ref var value in span)
                value = (float)random.NextGaussian();
            return OnnxTensor.Of<float>(name, Planes(span.ToArray(), 4), 1, 4, 8, 6);
        }).ToArray();
        run.Forward();
        using var results = session.Run(inputs);
        Assert.True(LayerCheck.RelativeError(results[0].ToArray<float>(), [.. run.Output("y").Span.ToArray().Select(value => (double)value)]) < 1e-5);
    }

    [Fact]
    public void Places_that_share_a_layer_with_other_things_behind_it_fold_each_for_itself()
    {
        foreach (var copyFirst in new[] { false, true })
        {
            var folded = Check(4, (n, x) =>
            {
                var (convolution, linear, norm) = (new Convolution(4, 3), new Linear(3), new BatchNorm { Activation = Activation.Gelu });
                // The sigmoid's place keeps the linear layer as it is, the sum's the convolution.
                var kept = copyFirst ? n.Add(new MaxPool(1), n.Add(convolution, x)) : x;
                var first = n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(convolution, x));
                var second = n.Add(new BatchNorm(), n.Add(convolution, first));
                kept = copyFirst ? kept : n.Add(new MaxPool(1), n.Add(convolution, second));
                var third = n.Add(new Add(), second, kept);
                var fourth = n.Add(norm, n.Add(linear, first));
                var fifth = n.Add(norm, n.Add(linear, second));
                var sixth = n.Add(new Sigmoid(), n.Add(linear, third));
                return n.Add(new Add(), fourth, fifth, sixth);
            });
            Assert.DoesNotContain(folded.Nodes, node => node.Layer is BatchNorm);
            Assert.Equal(3, folded.Nodes.Where(node => node.Layer is Convolution).Select(node => node.Layer.Name).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(2, folded.Nodes.Where(node => node.Layer is Linear).Select(node => node.Layer.Name).Distinct(StringComparer.Ordinal).Count());
        }
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

    // Two towers with the same weights and the distance of what they give.
    private static Network Siamese()
    {
        var network = new Network(3);
        var (convolution, norm, relu) = (new Convolution(6, 3), new BatchNorm(), new Relu());
        var (shared, shortcut, linear, last) = (new Convolution(6, 3), new BatchNorm { Activation = Activation.Relu }, new Linear(5), new BatchNorm { Activation = Activation.Tanh });
        Value Tower(string name)
        {
            var x = network.Add(relu, network.Add(norm, network.Add(convolution, network.Input(name, [1, 8, 6, 4]))));
            x = network.Add(shortcut, network.Add(shared, x), x);
            return network.Add(last, network.Add(linear, network.Add(new GlobalAveragePool(), x)));
        }
        var (left, right) = (Tower("x"), Tower("other"));
        network.Output("y", network.Add(new Mul(), left, right));
        RoundTripTests.Disturb(network);
        return network;
    }

    private static float[] Planes(float[] pixels, int channels)
    {
        var planes = new float[pixels.Length];
        for (var i = 0; i < planes.Length; i++)
            planes[(i % channels * (pixels.Length / channels)) + (i / channels)] = pixels[i];
        return planes;
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
        using var packed = folded.Prepare(3, new RunOptions { FixedWeights = true });
        var random = new SeededRandom(23);
        foreach (var name in network.InputNames)
        {
            foreach (ref var value in expected.Input(name).Span)
                value = (float)random.NextGaussian();
            expected.Input(name).Span.CopyTo(actual.Input(name).Span);
            expected.Input(name).Span.CopyTo(packed.Input(name).Span);
        }
        expected.Forward();
        foreach (var run in new[] { actual, packed })
        {
            run.Forward();
            foreach (var name in network.OutputNames)
                Assert.True(LayerCheck.RelativeError(run.Output(name).Span.ToArray(), [.. expected.Output(name).Span.ToArray().Select(value => (double)value)]) < 1e-5, name);
        }
        return folded;
    }
}
