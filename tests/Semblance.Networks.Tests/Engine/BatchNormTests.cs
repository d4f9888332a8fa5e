using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class BatchNormTests
{
    [Theory]
    [InlineData(Activation.None, 7)]
    [InlineData(Activation.Relu, 16)]
    [InlineData(Activation.Relu6, 24)]
    [InlineData(Activation.LeakyRelu, 3)]
    [InlineData(Activation.HardSwish, 5)]
    [InlineData(Activation.Swish, 5)]
    [InlineData(Activation.Sigmoid, 32)]
    [InlineData(Activation.Tanh, 1)]
    [InlineData(Activation.Gelu, 6)]
    public void Every_activation_passes_every_check(Activation activation, int channels)
    {
        LayerCheck.All(() => new BatchNorm { Activation = activation }, [[3, 5, 3, channels]]);
        LayerCheck.All(() => new BatchNorm { Activation = activation }, [[3, 5, 3, channels], [3, 5, 3, channels]]);
    }

    [Theory]
    [InlineData(Activation.None, false, false)]
    [InlineData(Activation.Relu6, false, false)]
    [InlineData(Activation.Relu6, true, false)]
    [InlineData(Activation.HardSwish, true, false)]
    [InlineData(Activation.Relu6, false, true)]
    [InlineData(Activation.Gelu, true, true)]
    public void Frozen_or_not_its_gradients_are_right_with_any_parameters(Activation activation, bool residual, bool frozen)
    {
        foreach (var (scale, shift) in new[] { (true, true), (false, true), (false, false) })
        {
            var network = WithParameters(new BatchNorm { Activation = activation, Frozen = frozen }, residual, [3, 4, 3, 6]);
            network.Parameters[0].Trainable = scale;
            network.Parameters[1].Trainable = shift;
            LayerCheck.Gradients(network);
            LayerCheck.SinglePrecision(network);
            LayerCheck.Threads(network);
            LayerCheck.Onnx(network);
        }
    }

    [Fact]
    public void Rows_and_sequences_are_normalised_like_pictures()
    {
        LayerCheck.All(() => new BatchNorm { Activation = Activation.Relu }, [[9, 5]]);
        LayerCheck.All(() => new BatchNorm { Activation = Activation.Relu }, [[3, 4, 5], [3, 4, 5]]);
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Relu)]
    public void A_value_is_added_to_its_own_normalisation(Activation activation)
    {
        var network = new Network(1);
        var x = network.Input("x", [3, 4, 3, 6]);
        network.Output("y", network.Add(new BatchNorm { Activation = activation }, x, x));
        LayerCheck.Gradients(network);
    }

    [Fact]
    public void Running_statistics_move_as_in_PyTorch()
    {
        // torch.nn.BatchNorm1d(1, momentum=0.25) on [1, 2, 3, 6]: mean 3, unbiased variance 14/3.
        var layer = new BatchNorm { Momentum = 0.25 };
        var network = LayerCheck.Single(layer, [4, 1]);
        using var run = network.Prepare(4, new RunOptions { Training = true });
        new[] { 1f, 2, 3, 6 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal(0.75f, layer.Parameters[2].Values[0], 1e-6f);
        Assert.Equal(0.75f + (0.25f * 14 / 3), layer.Parameters[3].Values[0], 1e-6f);
        Assert.Equal(-2 / Math.Sqrt(3.5 + 1e-5), run.Output("out0").Span[0], 1e-6);
    }

    [Fact]
    public void Frozen_statistics_stay_and_are_used()
    {
        var layer = new BatchNorm { Frozen = true, Epsilon = 0 };
        var network = LayerCheck.Single(layer, [4, 1]);
        layer.Parameters[2].Values[0] = 1;
        layer.Parameters[3].Values[0] = 4;
        using var run = network.Prepare(4, new RunOptions { Training = true });
        new[] { 1f, 2, 3, 6 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal([0, 0.5f, 1, 2.5f], run.Output("out0").Span.ToArray());
        Assert.Equal(1, layer.Parameters[2].Values[0]);
        Assert.Equal(4, layer.Parameters[3].Values[0]);
    }

    [Fact]
    public void Inference_takes_the_running_statistics()
    {
        var layer = new BatchNorm { Epsilon = 0, Activation = Activation.Relu };
        var network = LayerCheck.Single(layer, [2, 1]);
        layer.Parameters[0].Values[0] = 3;
        layer.Parameters[1].Values[0] = -1;
        layer.Parameters[2].Values[0] = 1;
        layer.Parameters[3].Values[0] = 4;
        using var run = network.Prepare(2);
        new[] { 5f, -5 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal([5f, 0], run.Output("out0").Span.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-3000)]
    public void The_variance_is_accurate_far_from_zero(double offset)
    {
        // Channel 0 has an outlier among the rows from which the pivot is taken, channel 1 is 100 times as wide.
        const int Rows = 40_000;
        var random = new SeededRandom(4);
        var layer = new BatchNorm { Momentum = 1 };
        var network = LayerCheck.Single(layer, [Rows, 3]);
        using var run = network.Prepare(Rows, new RunOptions { Training = true });
        var values = run.Input("in0").Span;
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(offset + (random.NextGaussian() * (i % 3 == 1 ? 100 : 1)));
        values[0] = (float)offset + 50;
        run.Forward();
        // Single precision: 2e-6 with fused multiply-adds, twice that without.
        for (var channel = 0; channel < 3; channel++)
            Assert.Equal(1, layer.Parameters[3].Values[channel] / Variance(run.Input("in0").Span, channel, 3), 1e-5);
    }

    [Fact]
    public void Gradients_are_accurate_far_from_zero()
    {
        LayerCheck.SinglePrecision(
            LayerCheck.Single(new BatchNorm { Activation = Activation.Swish }, [64, 5]),
            (_, values, random) =>
            {
                foreach (ref var value in values)
                    value = (float)(300 + random.NextGaussian());
            },
            tolerance: 2e-3);
    }

    [Fact]
    public void Freezing_after_a_run_was_prepared_is_refused_where_it_matters()
    {
        var layer = new BatchNorm { Frozen = true };
        var network = LayerCheck.Single(layer, [4, 2]);
        foreach (var parameter in network.Parameters.Where(parameter => !parameter.IsBuffer))
            parameter.Trainable = false;
        using var run = network.Prepare(4, new RunOptions { Training = true, InputGradients = true });
        layer.Frozen = false;
        run.Forward();
        Assert.Contains(nameof(BatchNorm.Frozen), Assert.Throws<InvalidOperationException>(() => run.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_layer_takes_a_shortcut_always_or_never()
    {
        var network = new Network(1);
        var layer = new BatchNorm();
        var x = network.Input("x", [4, 2]);
        network.Add(layer, x);
        Assert.Throws<ShapeException>(() => network.Add(layer, x, x));
    }

    private static Network WithParameters(BatchNorm layer, bool residual, Shape shape)
    {
        var network = residual ? LayerCheck.Single(layer, shape, shape) : LayerCheck.Single(layer, shape);
        var random = new SeededRandom(8);
        foreach (var parameter in network.Parameters)
        {
            foreach (ref var value in parameter.Values)
                value = (float)(parameter.Name.EndsWith("variance", StringComparison.Ordinal) ? 0.5 + random.NextDouble() : random.NextGaussian());
        }
        return network;
    }

    private static double Variance(ReadOnlySpan<float> values, int channel, int channels)
    {
        var rows = values.Length / channels;
        var mean = 0.0;
        for (var i = channel; i < values.Length; i += channels)
            mean += values[i] / (double)rows;
        var squares = 0.0;
        for (var i = channel; i < values.Length; i += channels)
            squares += (values[i] - mean) * (values[i] - mean);
        return squares / (rows - 1);
    }
}
