using System.Numerics.Tensors;
using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>A figure with its interval; the bounds are null where no interval is computed.</summary>
public readonly record struct MetricValue(double Value, double? Low = null, double? High = null);

/// <summary>
/// Percentile bootstrap (Efron 1979): the mean is taken again over queries drawn with replacement, and the interval holds the middle of those means.
/// It says how far the figure depends on which queries were asked, not how it varies with training seeds.
/// </summary>
public static class Bootstrap
{
    /// <summary>
    /// Means of the columns of <paramref name="scores"/> (row-major <c>[queries, metrics]</c>) with intervals. All columns share the same draws.
    /// The same seed gives the same bytes. O(samples × queries × metrics).
    /// </summary>
    public static MetricValue[] MeanIntervals(ReadOnlySpan<double> scores, int metrics, int samples, int seed, double confidence = 0.95, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        var queries = Rows(scores, metrics);
        var even = new int[queries];
        Array.Fill(even, 1);
        var means = new double[metrics];
        WeightedSum(scores, even, means);
        TensorPrimitives.Divide(means, queries, means);
        var drawn = new double[samples * metrics];
        var draws = new int[queries];
        var random = new SeededRandom(seed);
        for (var sample = 0; sample < samples; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Draw(random, draws);
            var sum = drawn.AsSpan(sample * metrics, metrics);
            WeightedSum(scores, draws, sum);
            TensorPrimitives.Divide(sum, queries, sum);
        }
        return Intervals(means, drawn, samples, confidence);
    }

    /// <summary>
    /// As <see cref="MeanIntervals"/>, for macro means: the mean over classes of the class's mean. <paramref name="classes"/> gives each query's
    /// class, numbered from 0 without gaps. A class that a draw misses is left out of that draw.
    /// </summary>
    public static MetricValue[] MacroMeanIntervals(
        ReadOnlySpan<double> scores, int metrics, ReadOnlySpan<int> classes, int samples, int seed, double confidence = 0.95, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        var queries = Rows(scores, metrics);
        if (classes.Length != queries)
            throw new ArgumentException($"{queries} rows of scores and {classes.Length} classes.", nameof(classes));
        var classCount = TensorPrimitives.Max(classes) + 1;
        var sums = new double[classCount * metrics];
        var sizes = new int[classCount];
        var even = new int[queries];
        Array.Fill(even, 1);
        var means = new double[metrics];
        MacroMean(scores, classes, even, sums, sizes, means);
        var drawn = new double[samples * metrics];
        var draws = new int[queries];
        var random = new SeededRandom(seed);
        for (var sample = 0; sample < samples; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Draw(random, draws);
            MacroMean(scores, classes, draws, sums, sizes, drawn.AsSpan(sample * metrics, metrics));
        }
        return Intervals(means, drawn, samples, confidence);
    }

    private static int Rows(ReadOnlySpan<double> scores, int metrics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(metrics, 1);
        if (scores.IsEmpty || scores.Length % metrics != 0)
            throw new ArgumentException($"{scores.Length} scores are not one or more rows of {metrics} metrics.", nameof(scores));
        return scores.Length / metrics;
    }

    private static void Draw(SeededRandom random, int[] draws)
    {
        Array.Clear(draws);
        for (var i = 0; i < draws.Length; i++)
            draws[random.NextInt(draws.Length)]++;
    }

    private static void WeightedSum(ReadOnlySpan<double> scores, ReadOnlySpan<int> weights, Span<double> sum)
    {
        sum.Clear();
        for (var q = 0; q < weights.Length; q++)
        {
            if (weights[q] != 0)
                TensorPrimitives.MultiplyAdd(scores.Slice(q * sum.Length, sum.Length), weights[q], sum, sum);
        }
    }

    private static void MacroMean(ReadOnlySpan<double> scores, ReadOnlySpan<int> classes, ReadOnlySpan<int> weights, double[] sums, int[] sizes, Span<double> mean)
    {
        Array.Clear(sums);
        Array.Clear(sizes);
        var metrics = mean.Length;
        for (var q = 0; q < weights.Length; q++)
        {
            if (weights[q] == 0)
                continue;
            sizes[classes[q]] += weights[q];
            var sum = sums.AsSpan(classes[q] * metrics, metrics);
            TensorPrimitives.MultiplyAdd(scores.Slice(q * metrics, metrics), weights[q], sum, sum);
        }
        mean.Clear();
        var seen = 0;
        for (var c = 0; c < sizes.Length; c++)
        {
            if (sizes[c] == 0)
                continue;
            seen++;
            for (var m = 0; m < metrics; m++)
                mean[m] += sums[c * metrics + m] / sizes[c];
        }
        TensorPrimitives.Divide(mean, seen, mean);
    }

    internal static MetricValue[] Intervals(double[] means, double[] drawn, int samples, double confidence)
    {
        var values = new MetricValue[means.Length];
        var sorted = new double[samples];
        for (var m = 0; m < means.Length; m++)
        {
            if (samples == 0)
            {
                values[m] = new MetricValue(means[m]);
                continue;
            }
            for (var sample = 0; sample < samples; sample++)
                sorted[sample] = drawn[sample * means.Length + m];
            Array.Sort(sorted);
            values[m] = new MetricValue(means[m], Percentile(sorted, (1 - confidence) / 2), Percentile(sorted, (1 + confidence) / 2));
        }
        return values;
    }

    private static double Percentile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
