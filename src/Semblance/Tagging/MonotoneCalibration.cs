namespace Semblance.Tagging;

/// <summary>
/// Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the non-decreasing step function from a confidence to the
/// share of right answers that fits outcomes best in least squares. Each step is shrunk towards one half by two made-up outcomes,
/// so that no answer is certain on the word of a few.
/// </summary>
internal sealed class MonotoneCalibration
{
    private readonly double[] _from;
    private readonly double[] _share;

    private MonotoneCalibration(double[] from, double[] share)
    {
        _from = from;
        _share = share;
    }

    public static MonotoneCalibration Fit(IEnumerable<(double Confidence, bool Right)> outcomes)
    {
        var steps = new List<(double From, double Right, double Count)>();
        // Equal confidences are one step, whatever the order of their outcomes.
        foreach (var same in outcomes.GroupBy(outcome => outcome.Confidence).OrderBy(group => group.Key))
        {
            var step = (From: same.Key, Right: (double)same.Count(outcome => outcome.Right), Count: (double)same.Count());
            while (steps.Count > 0 && steps[^1].Right * step.Count >= step.Right * steps[^1].Count)
            {
                step = (steps[^1].From, steps[^1].Right + step.Right, steps[^1].Count + step.Count);
                steps.RemoveAt(steps.Count - 1);
            }
            steps.Add(step);
        }
        var share = steps.Select(step => (step.Right + 1) / (step.Count + 2)).ToArray();
        // Shrinking small steps more than large ones may break the order.
        for (var i = 1; i < share.Length; i++)
            share[i] = Math.Max(share[i], share[i - 1]);
        return new MonotoneCalibration([.. steps.Select(step => step.From)], share);
    }

    /// <summary>The share of right answers at <paramref name="confidence"/>; below the first outcome that of the first step.</summary>
    public double Apply(double confidence)
    {
        var at = Array.BinarySearch(_from, confidence);
        return _share[Math.Max(at >= 0 ? at : ~at - 1, 0)];
    }
}
