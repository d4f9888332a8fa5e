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
}
