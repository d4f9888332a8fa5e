namespace Semblance.Evaluation;

/// <summary>Same-class and different-class pairs at one distance.</summary>
public readonly record struct VerificationStep(float Distance, long Positives, long Negatives);

/// <summary>One point of a ROC curve: pairs up to <paramref name="Threshold"/> are accepted as the same.</summary>
public readonly record struct RocPoint(float Threshold, double FalseMatchRate, double TrueMatchRate);

/// <summary>
/// Verification ("same or different?") over pairs: accept a pair when its distance is at most a threshold.
/// FMR (false match rate, FAR) = accepted different pairs / different pairs; FNMR = refused same pairs / same pairs; TAR = 1 − FNMR.
/// Immutable. O(distinct distances) memory.
/// </summary>
public sealed class VerificationCurve
{
    private readonly VerificationStep[] _steps;

    private VerificationCurve(VerificationStep[] steps, double aucErrorBound)
    {
        _steps = steps;
        Positives = steps.Sum(s => s.Positives);
        Negatives = steps.Sum(s => s.Negatives);
        if (Positives == 0 || Negatives == 0)
            throw new ArgumentException($"{Positives} same-class and {Negatives} different-class pairs; verification needs at least one of each.", nameof(steps));
        AucErrorBound = aucErrorBound;
    }

    public long Positives { get; }

    public long Negatives { get; }

    /// <summary>How far <see cref="Auc"/> can be from that of the pairs' exact distances; 0 for an exact curve.</summary>
    public double AucErrorBound { get; }

    /// <summary>Exact, from the distances of same-class and of different-class pairs. O(n log n).</summary>
    public static VerificationCurve FromDistances(ReadOnlySpan<float> positives, ReadOnlySpan<float> negatives)
    {
        var same = Sorted(positives, nameof(positives));
        var different = Sorted(negatives, nameof(negatives));
        var steps = new List<VerificationStep>();
        for (int p = 0, n = 0; p < same.Length || n < different.Length;)
        {
            var distance = p == same.Length ? different[n] : n == different.Length ? same[p] : Math.Min(same[p], different[n]);
            var firstPositive = p;
            var firstNegative = n;
            while (p < same.Length && same[p] == distance)
                p++;
            while (n < different.Length && different[n] == distance)
                n++;
            steps.Add(new VerificationStep(distance, p - firstPositive, n - firstNegative));
        }
        return new VerificationCurve([.. steps], 0);
    }

    /// <summary>Area under the ROC curve: the chance that a same-class pair is nearer than a different-class pair, ties counting one half (mid-rank).</summary>
    public double Auc()
    {
        var nearer = 0.0;
        var negativesBelow = 0L;
        foreach (var step in _steps)
        {
            nearer += (double)step.Positives * (Negatives - negativesBelow - step.Negatives) + 0.5 * step.Positives * step.Negatives;
            negativesBelow += step.Negatives;
        }
        return nearer / ((double)Positives * Negatives);
    }

    /// <summary>The smallest FNMR at any threshold whose FMR does not exceed <paramref name="fmr"/> (never interpolated above what the pairs show).</summary>
    public double FnmrAtFmr(double fmr) => 1 - TarAtFar(fmr);

    /// <summary>1 − <see cref="FnmrAtFmr"/>: the same figure under face recognition's name.</summary>
    public double TarAtFar(double far)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(far);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(far, 1);
        long positives = 0, negatives = 0;
        foreach (var step in _steps)
        {
            negatives += step.Negatives;
            // The slack is rounding only: 0.1 × 10 pairs must admit one pair.
            if (negatives > far * Negatives * (1 + 1e-12))
                break;
            positives += step.Positives;
        }
        return positives / (double)Positives;
    }

    /// <summary>Where FMR = FNMR, on the straight line between the two ROC points on either side.</summary>
    public double EqualErrorRate()
    {
        double lastFalse = 0, lastMissed = 1;
        long positives = 0, negatives = 0;
        foreach (var step in _steps)
        {
            positives += step.Positives;
            negatives += step.Negatives;
            var falseMatch = negatives / (double)Negatives;
            var missed = 1 - positives / (double)Positives;
            if (falseMatch >= missed)
            {
                var gap = lastMissed - lastFalse;
                var along = gap / (gap + falseMatch - missed);
                return lastFalse + along * (falseMatch - lastFalse);
            }
            lastFalse = falseMatch;
            lastMissed = missed;
        }
        return lastFalse;
    }

    /// <summary>The curve's points by rising threshold, one per distinct distance; (0, 0) before the first is implied.</summary>
    public IEnumerable<RocPoint> Points()
    {
        long positives = 0, negatives = 0;
        foreach (var step in _steps)
        {
            positives += step.Positives;
            negatives += step.Negatives;
            yield return new RocPoint(step.Distance, negatives / (double)Negatives, positives / (double)Positives);
        }
    }

    internal static VerificationCurve FromSteps(VerificationStep[] steps, double aucErrorBound) => new(steps, aucErrorBound);

    private static float[] Sorted(ReadOnlySpan<float> distances, string name)
    {
        var sorted = distances.ToArray();
        Array.Sort(sorted);
        // NaN sorts first.
        if (sorted.Length > 0 && float.IsNaN(sorted[0]))
            throw new ArgumentException($"The {name} hold a NaN distance; remove or re-embed that item.", name);
        return sorted;
    }
}
