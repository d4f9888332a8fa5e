namespace Semblance.Evaluation;

/// <summary>
/// Counts pairs by distance in 65,536 equal bins over the metric's range (1 MB), for pair numbers that cannot be kept and sorted.
/// Whole-number distances (Hamming) get a bin each and stay exact. Otherwise pairs in one bin are treated as ties: thresholds are bin edges
/// (3·10⁻⁵ apart for cosine), and the AUC is off by at most <see cref="VerificationCurve.AucErrorBound"/> = ½·Σ p·n over the bins / (P·N).
/// Not thread-safe: one per thread, then <see cref="Merge"/>.
/// </summary>
internal sealed class VerificationHistogram
{
    private const int FineBins = 1 << 16;

    private readonly DistanceRange _range;
    private readonly bool _exact;
    private readonly float _binsPerUnit;
    private readonly long[] _positives;
    private readonly long[] _negatives;

    public VerificationHistogram(DistanceRange range)
    {
        _range = range;
        _exact = range.Integral && range.Maximum - range.Minimum < FineBins;
        var bins = _exact ? (int)(range.Maximum - range.Minimum) + 1 : FineBins;
        var width = range.Maximum - range.Minimum;
        _binsPerUnit = _exact ? 1 : width > 0 ? bins / width : 0;
        _positives = new long[bins];
        _negatives = new long[bins];
    }

    /// <summary>Counts a query's row; junk is left out. Distances outside the range (by rounding) go to the end bins; NaN is refused.</summary>
    public void Add(ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance)
    {
        var last = _positives.Length - 1;
        for (var i = 0; i < distances.Length; i++)
        {
            if (relevance[i] == Relevance.Junk)
                continue;
            var position = (distances[i] - _range.Minimum) * _binsPerUnit;
            if (float.IsNaN(position))
                throw new ArgumentException($"The distance to gallery item {i} is NaN.", nameof(distances));
            var bin = Math.Clamp((int)position, 0, last);
            if (relevance[i] == Relevance.Relevant)
                _positives[bin]++;
            else
                _negatives[bin]++;
        }
    }

    /// <summary>Adds the counts of <paramref name="other"/>, which must have the same range.</summary>
    public void Merge(VerificationHistogram other)
    {
        if (other._range != _range)
            throw new ArgumentException($"A histogram over {other._range} cannot be added to one over {_range}.", nameof(other));
        for (var i = 0; i < _positives.Length; i++)
        {
            _positives[i] += other._positives[i];
            _negatives[i] += other._negatives[i];
        }
    }

    /// <summary>Whether both same-class and different-class pairs were counted, without which there is no curve.</summary>
    public bool HasBothKinds => _positives.Any(c => c > 0) && _negatives.Any(c => c > 0);

    public VerificationCurve ToCurve()
    {
        var steps = new List<VerificationStep>();
        var shared = 0.0;
        for (var bin = 0; bin < _positives.Length; bin++)
        {
            if (_positives[bin] == 0 && _negatives[bin] == 0)
                continue;
            // A bin's threshold is its upper edge: at that threshold all of its pairs are accepted.
            var edge = _exact ? _range.Minimum + bin : _binsPerUnit == 0 ? _range.Maximum : _range.Minimum + (bin + 1) / _binsPerUnit;
            steps.Add(new VerificationStep(edge, _positives[bin], _negatives[bin]));
            shared += (double)_positives[bin] * _negatives[bin];
        }
        var pairs = (double)_positives.Sum() * _negatives.Sum();
        return VerificationCurve.FromSteps([.. steps], _exact || pairs == 0 ? 0 : 0.5 * shared / pairs);
    }
}
