using Xunit;

namespace Semblance.Networks.Tests.Optimizers;

public sealed class ExponentialMovingAverageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Averages_follow_the_weights(bool warmsUp)
    {
        var network = Tiny();
        var average = new ExponentialMovingAverage(network, 0.9) { WarmsUp = warmsUp };
        var expected = network.Parameters.Select(parameter => parameter.Values.ToArray().Select(value => (double)value).ToArray()).ToArray();
        for (var step = 1; step <= 30; step++)
        {
            var decay = warmsUp ? Math.Min(0.9, (1.0 + step) / (10 + step)) : 0.9;
            for (var i = 0; i < expected.Length; i++)
            {
                for (var j = 0; j < expected[i].Length; j++)
                {
                    network.Parameters[i].Values[j] += MathF.Sin((7 * step) + j);
                    expected[i][j] = decay * expected[i][j] + (1 - decay) * network.Parameters[i].Values[j];
                }
            }
            average.Update();
        }
        average.Swap();
        for (var i = 0; i < expected.Length; i++)
        {
            for (var j = 0; j < expected[i].Length; j++)
                Assert.Equal(expected[i][j], network.Parameters[i].Values[j], 1e-5);
        }
    }

    [Fact]
    public void Swapping_twice_brings_the_weights_back_to_the_bit()
    {
        var network = Tiny();
        var average = new ExponentialMovingAverage(network, 0.5);
        network.Parameters[0].Values.Fill(0.1f);
        average.Update();
        average.Swap();
        Assert.True(average.IsSwapped);
        Assert.NotEqual(0.1f, network.Parameters[0].Values[0]);
        Assert.Throws<InvalidOperationException>(() => average.Update());
        average.Swap();
        Assert.All(network.Parameters[0].Values.ToArray(), value => Assert.Equal(0.1f, value));
    }

    private static Network Tiny()
    {
        var network = new Network(2);
        network.Output("y", network.Add(new Linear(3), network.Input("x", [1, 5])));
        return network;
    }
}
