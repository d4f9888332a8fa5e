using Semblance.Numerics;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class BootstrapTests
{
    [Fact]
    public void Intervals_cover_the_true_mean_about_as_often_as_they_say()
    {
        // Bernoulli(0.3) and uniform scores, 200 queries, 300 experiments: 95 % coverage has a deviation of 1.3 points.
        var random = new SeededRandom(31);
        int coveredFirst = 0, coveredSecond = 0;
        for (var trial = 0; trial < 300; trial++)
        {
            var scores = new double[400];
            for (var q = 0; q < 200; q++)
            {
                scores[2 * q] = random.NextDouble() < 0.3 ? 1 : 0;
                scores[2 * q + 1] = random.NextDouble();
            }
            var values = Bootstrap.MeanIntervals(scores, 2, 300, seed: trial);
            coveredFirst += values[0].Low <= 0.3 && 0.3 <= values[0].High ? 1 : 0;
            coveredSecond += values[1].Low <= 0.5 && 0.5 <= values[1].High ? 1 : 0;
        }
        Assert.InRange(coveredFirst / 300.0, 0.90, 0.985);
        Assert.InRange(coveredSecond / 300.0, 0.90, 0.985);
    }

    [Fact]
    public void Width_is_that_of_the_standard_error()
    {
        var random = new SeededRandom(32);
        double[] scores = [.. Enumerable.Range(0, 1000).Select(_ => random.NextGaussian())];
        var value = Bootstrap.MeanIntervals(scores, 1, 4000, seed: 1)[0];
        var mean = scores.Average();
        var error = Math.Sqrt(scores.Sum(s => (s - mean) * (s - mean)) / scores.Length / scores.Length);
        Assert.Equal(mean, value.Value, 1e-12);
        Assert.Equal(2 * 1.96 * error, value.High!.Value - value.Low!.Value, 0.06 * error * 4);
    }

    [Theory]
    [InlineData(101, 0.9, 5, 95)]
    [InlineData(101, 0.5, 25, 75)]
    [InlineData(11, 0.95, 0.25, 9.75)]
    [InlineData(11, 1, 0, 10)]
    [InlineData(4, 0, 1.5, 1.5)]
    [InlineData(1, 0.95, 0, 0)]
    public void Bounds_are_the_percentiles_of_the_drawn_means(int samples, double confidence, double low, double high)
    {
        // Of 0, 1, … samples − 1 in any order the percentile is the share of samples − 1: numpy's default definition, by straight line.
        var drawn = new double[2 * samples];
        for (var i = 0; i < samples; i++)
            (drawn[2 * i], drawn[(2 * i) + 1]) = ((i * 37) % samples, -((i * 37) % samples));
        var values = Bootstrap.Intervals([-1, 1], drawn, samples, confidence);
        Assert.Equal(low, values[0].Low!.Value, 1e-9);
        Assert.Equal(high, values[0].High!.Value, 1e-9);
        Assert.Equal(-high, values[1].Low!.Value, 1e-9);
        Assert.Equal(-low, values[1].High!.Value, 1e-9);
    }

    [Fact]
    public void Macro_mean_weighs_classes_alike()
    {
        double[] scores = [1, 1, 1, 0];
        var value = Bootstrap.MacroMeanIntervals(scores, 1, [0, 0, 0, 1], 200, seed: 1)[0];
        Assert.Equal(0.5, value.Value, 12);
        Assert.Equal(0.75, Bootstrap.MeanIntervals(scores, 1, 0, seed: 1)[0].Value, 12);
        Assert.Null(Bootstrap.MeanIntervals(scores, 1, 0, seed: 1)[0].Low);
        Assert.InRange(value.Low!.Value, 0, 0.5);
        Assert.InRange(value.High!.Value, 0.5, 1);
    }
}
