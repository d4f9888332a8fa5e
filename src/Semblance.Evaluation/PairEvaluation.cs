using System.Diagnostics;
using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>The <c>pairs</c> protocol: verification over pairs that someone chose, exactly and with intervals by bootstrap over pairs.</summary>
public static class PairEvaluation
{
    /// <summary>
    /// <paramref name="distance"/> gives the distance of two items by the names in the pairs. Reports <c>auc, eer, fnmr@fmr=…</c>; same-class and
    /// different-class pairs are drawn apart, so that their numbers stay as they are. O(samples × pairs log pairs).
    /// </summary>
    public static EvaluationReport Run(
        IReadOnlyList<LabelledPair> pairs, Func<string, string, float> distance, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EvaluationOptions();
        var watch = Stopwatch.StartNew();
        var same = new List<float>();
        var different = new List<float>();
        var items = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (pair.Same ? same : different).Add(distance(pair.First, pair.Second));
            items.Add(pair.First);
            items.Add(pair.Second);
        }
        float[] positives = [.. same];
        float[] negatives = [.. different];
        ArgumentOutOfRangeException.ThrowIfNegative(options.BootstrapSamples);
        var figures = Figures(VerificationCurve.FromDistances(positives, negatives), options);
        var drawn = new double[figures.Length * options.BootstrapSamples];
        var random = new SeededRandom(options.Seed);
        var drawnPositives = new float[positives.Length];
        var drawnNegatives = new float[negatives.Length];
        for (var sample = 0; sample < options.BootstrapSamples; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Draw(random, positives, drawnPositives);
            Draw(random, negatives, drawnNegatives);
            Figures(VerificationCurve.FromDistances(drawnPositives, drawnNegatives), options).CopyTo(drawn, sample * figures.Length);
        }
        string[] names = ["auc", "eer", .. options.FalseMatchRates.Select(EvaluationOptions.MissRateKey)];
        var metrics = new OrderedDictionary<string, MetricValue>(StringComparer.Ordinal);
        var values = Bootstrap.Intervals(figures, drawn, options.BootstrapSamples, 0.95);
        for (var m = 0; m < names.Length; m++)
            metrics[names[m]] = values[m];
        return new EvaluationReport { Protocol = "pairs", Queries = pairs.Count, Gallery = items.Count, Metrics = metrics, Seconds = watch.Elapsed.TotalSeconds };
    }

    private static double[] Figures(VerificationCurve curve, EvaluationOptions options) =>
        [curve.Auc(), curve.EqualErrorRate(), .. options.FalseMatchRates.Select(curve.FnmrAtFmr)];

    private static void Draw(SeededRandom random, float[] from, float[] to)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = from[random.NextInt(from.Length)];
    }
}
