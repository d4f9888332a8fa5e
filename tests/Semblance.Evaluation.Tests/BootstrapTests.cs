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
