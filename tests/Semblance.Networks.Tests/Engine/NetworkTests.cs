using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>Graphs: sharing, several outputs, gradients that meet, that pass through and that stop.</summary>
public sealed class NetworkTests
{
    [Theory]
    [InlineData(Recompute.None)]
    [InlineData(Recompute.Cheap)]
    public void Gradients_meet_where_a_value_goes_to_several_layers(Recompute recompute)
    {
        var network = new Network(1);
        var x = network.Input("x", [3, 6]);
        var a = network.Add(new Relu(), network.Add(new Linear(6), x));
        var b = network.Add(new Relu(), network.Add(new Linear(6), a));
        var c = network.Add(new Add(), a, b);
        var d = network.Add(new Relu(), network.Add(new Linear(6), c));
        var e = network.Add(new Add(), c, d, a);
        network.Output("first", c);
        network.Output("second", network.Add(new Linear(4), e));
        LayerCheck.Gradients(network, options: new RunOptions { Recompute = recompute });
        LayerCheck.SinglePrecision(network);
        LayerCheck.Onnx(network);
    }

    [Fact]
    public void A_layer_added_twice_shares_its_weights_and_sums_their_gradients()
    {
        var network = new Network(1);
        var shared = new Linear(5);
        var left = network.Add(shared, network.Input("left", [3, 5]));
        var right = network.Add(shared, network.Input("right", [3, 5]));
        network.Output("left", network.Add(new Relu(), left));
        network.Output("right", network.Add(shared, right));
        Assert.Equal(2, network.Parameters.Count);
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void A_value_added_to_itself_has_twice_the_gradient()
    {
        var network = new Network(1);
        var x = network.Add(new Linear(3), network.Input("x", [2, 3]));
        network.Output("y", network.Add(new Add(), x, x));
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void Nothing_behind_a_stop_is_trained_through_it()
    {
        var network = new Network(1);
        var first = new Linear(4);
        var second = new Linear(4);
        var x = network.Input("x", [2, 4]);
        var y = network.Add(first, x);
        network.Output("y", network.Add(second, network.Add(new StopGradient(), y)));
        using var run = network.Prepare(2, new RunOptions { Training = true });
        run.Input("x").Span.Fill(1);
        run.Forward();
        run.OutputGradient("y").Span.Fill(1);
        first.Parameters[0].Gradient.Fill(7);
        run.Backward();
        Assert.All(first.Parameters[0].Gradient.ToArray(), gradient => Assert.Equal(0, gradient));
        Assert.Contains(second.Parameters[0].Gradient.ToArray(), gradient => gradient != 0);
    }

    [Fact]
    public void A_frozen_layer_gets_no_gradient_and_lets_it_through()
    {
        var network = new Network(1);
        var first = new Linear(4);
        var second = new Linear(4);
        network.Output("y", network.Add(second, network.Add(first, network.Input("x", [2, 4]))));
        foreach (var parameter in second.Parameters)
            parameter.Trainable = false;
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void Gradients_of_several_batches_add_up()
    {
        var network = new Network(1);
        var layer = new Linear(2);
        network.Output("y", network.Add(layer, network.Input("x", [1, 2])));
        using var run = network.Prepare(1, new RunOptions { Training = true });
        for (var pass = 0; pass < 2; pass++)
        {
            run.Input("x").Span.Fill(1);
            run.Forward();
            run.OutputGradient("y").Span.Fill(1);
            run.Backward(accumulate: pass > 0);
        }
        Assert.All(layer.Parameters[1].Gradient.ToArray(), gradient => Assert.Equal(2, gradient));
    }

    [Fact]
    public void An_input_that_is_no_number_is_named()
    {
        var network = new Network(1);
        network.Output("y", network.Add(new Linear(2), network.Input("pixels", [1, 2])));
        using var run = network.Prepare(1);
        run.Input("pixels").Span[1] = float.NaN;
        Assert.Contains("'pixels'", Assert.Throws<NotFiniteNumberException>(run.Forward).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_overflows_is_named()
    {
        var network = new Network(1);
        var big = new Linear(2) { Name = "big" };
        network.Output("y", network.Add(new Linear(2) { Name = "behind" }, network.Add(big, network.Input("x", [1, 2]))));
        big.Parameters[0].Values.Fill(1e38f);
        using var run = network.Prepare(1);
        run.Input("x").Span.Fill(100);
        Assert.Contains("'big'", Assert.Throws<NotFiniteNumberException>(run.Forward).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_cannot_fit_says_how_much_it_needs()
    {
        var network = new Network(1);
        network.Output("y", network.Add(new Linear(1 << 20), network.Input("x", [1, 2])));
        var failure = Assert.Throws<OutOfMemoryException>(() => network.Prepare(1 << 20));
        Assert.Contains("GB", failure.Message, StringComparison.Ordinal);
        Assert.Contains("linear1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_is_a_view_of_a_layer_that_could_be_repeated_keeps_its_values()
    {
        var network = new Network(1);
        var x = network.Add(new Convolution(4, 3), network.Input("x", [2, 5, 5, 3]));
        var flat = network.Add(new Flatten(), network.Add(new BatchNorm { Activation = Activation.Relu }, x));
        network.Output("embedding", flat);
        network.Output("logits", network.Add(new Linear(3), flat));
        var results = new List<float[]>();
        foreach (var recompute in new[] { Recompute.None, Recompute.Cheap })
        {
            using var run = network.Prepare(2, new RunOptions { Training = true, Recompute = recompute });
            for (var i = 0; i < run.Input("x").Span.Length; i++)
                run.Input("x").Span[i] = MathF.Sin(i);
            run.Forward();
            results.Add(run.Output("embedding").Span.ToArray());
            run.OutputGradient("logits").Span.Fill(1);
            run.Backward();
            Assert.Equal(results[^1], run.Output("embedding").Span.ToArray());
        }
        Assert.Equal(results[0], results[1]);
        Assert.Contains(results[0], value => value > 0);
    }

    [Fact]
    public void A_second_run_with_frozen_parameters_leaves_the_first_ones_gradients_alone_after_thawing()
    {
        var network = new Network(1);
        var layer = new Linear(2);
        network.Output("y", network.Add(layer, network.Input("x", [1, 2])));
        foreach (var parameter in layer.Parameters)
            parameter.Trainable = false;
        using var frozen = network.Prepare(1, new RunOptions { Training = true, InputGradients = true });
        foreach (var parameter in layer.Parameters)
            parameter.Trainable = true;
        layer.Parameters[0].Gradient.Fill(3);
        frozen.Forward();
        frozen.OutputGradient("y").Span.Fill(1);
        frozen.Backward();
        Assert.All(layer.Parameters[0].Gradient.ToArray(), gradient => Assert.Equal(3, gradient));
    }

    [Fact]
    public void A_disposed_run_refuses_and_may_be_disposed_again()
    {
        var network = new Network(1);
        network.Output("y", network.Add(new Linear(2), network.Input("x", [1, 2])));
        var run = network.Prepare(1, new RunOptions { Threads = 2 });
        run.Dispose();
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(run.Forward);
        Assert.Throws<ObjectDisposedException>(() => run.Input("x"));
    }

    [Fact]
    public void A_layer_that_was_refused_can_be_added_where_it_fits()
    {
        var network = new Network(1);
        var wide = network.Input("wide", [1, 4, 4, 3]);
        var layer = new Convolution(2, 5) { Name = "wide", Padding = Padding.None };
        Assert.Throws<ShapeException>(() => network.Add(layer, wide));
        network.Output("y", network.Add(layer, network.Input("wider", [1, 6, 6, 3])));
    }

    [Fact]
    public void A_kernel_larger_than_the_picture_is_refused_at_any_stride()
    {
        var network = new Network(1);
        var x = network.Input("x", [1, 2, 2, 3]);
        Assert.Throws<ShapeException>(() => network.Add(new Convolution(2, 3) { Padding = Padding.None, Stride = 2 }, x));
    }

    [Fact]
    public void Statistics_survive_a_batch_that_overflows()
    {
        var network = new Network(1);
        var norm = new BatchNorm();
        network.Output("y", network.Add(norm, network.Input("x", [4, 2])));
        using var run = network.Prepare(4, new RunOptions { Training = true });
        run.Input("x").Span.Fill(3e38f);
        run.Input("x").Span[0] = -3e38f;
        Assert.Contains("batchNorm1", Assert.Throws<NotFiniteNumberException>(run.Forward).Message, StringComparison.Ordinal);
        Assert.All(norm.Parameters[2].Values.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.Throws<InvalidOperationException>(() => run.Backward());
    }

    [Fact]
    public void Sizes_that_do_not_fit_an_address_are_refused()
        => Assert.Throws<OverflowException>(() => new Shape([int.MaxValue, int.MaxValue, int.MaxValue]).Length);

    [Fact]
    public void Other_precisions_are_refused_with_a_sentence()
    {
        var network = new Network(1);
        network.Output("y", network.Add(new Linear(2), network.Input("x", [1, 2])));
        Assert.Contains("Half", Assert.Throws<NotSupportedException>(() => network.Prepare<Half>([[1, 2]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frozen_convolutions_inside_a_trained_chain_keep_no_inputs()
    {
        long Arena(bool trainable)
        {
            var network = new Network(1);
            var value = network.Add(new Linear(4), network.Input("x", [1, 32, 32, 4]));
            for (var i = 0; i < 6; i++)
            {
                var layer = new Convolution(4, 1);
                value = network.Add(layer, value);
                layer.Parameters[0].Trainable = trainable;
            }
            network.Output("y", value);
            LayerCheck.Gradients(network, mostElements: 5);
            using var run = network.Prepare(1, new RunOptions { Training = true });
            return run.ArenaBytes;
        }

        Assert.True(Arena(trainable: false) < 0.7 * Arena(trainable: true));
    }

    [Fact]
    public void The_file_of_a_network_has_shared_weights_once()
    {
        var network = new Network(1);
        var shared = new Linear(64);
        network.Output("y", network.Add(shared, network.Add(new Relu(), network.Add(shared, network.Input("x", [1, 64])))));
        Assert.InRange(NetworkExporter.ToOnnx(network).Length, 64 * 65 * sizeof(float), (64 * 65 * sizeof(float)) + 2000);
        LayerCheck.Onnx(network);
    }
}
