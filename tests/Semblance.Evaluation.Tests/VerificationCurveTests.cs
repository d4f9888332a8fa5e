using Semblance.Numerics;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class VerificationCurveTests
{
    [Theory]
    [InlineData(0.1, 0.4)]
    [InlineData(0.5, 0.2)]
    public void Published_miss_rates(double fmr, double fnmr)
    {
        var curve = VerificationCurve.FromDistances([0, 0, 1, 1, 2, 2, 5, 5, 9, 9], [3, 3, 4, 4, 6, 6, 7, 7, 8, 8]);
        Assert.Equal(fnmr, curve.FnmrAtFmr(fmr), 12);
        Assert.Equal(1 - fnmr, curve.TarAtFar(fmr), 12);
    }

    /// <summary>Pairs up to a threshold are accepted: that of a bin of the histogram must not lie below any distance in it.</summary>
    [Theory]
    [InlineData(0, 2, 1000)]
    [InlineData(-3, 5, 300)]
    public void A_bins_threshold_accepts_every_pair_of_the_bin(float minimum, float maximum, int pairs)
    {
        var random = new SeededRandom(3);
        for (var pair = 0; pair < pairs; pair++)
        {
            var distance = minimum + ((maximum - minimum) * (float)random.NextDouble());
            var histogram = new VerificationHistogram(new DistanceRange(minimum, maximum));
            histogram.Add([distance], [Relevance.Relevant]);
            histogram.Add([maximum], [Relevance.Irrelevant]);
            var point = histogram.ToCurve().Points().First(point => point.TrueMatchRate == 1);
            Assert.InRange(point.Threshold, distance, distance + (2 * (maximum - minimum) / (1 << 16)));
        }
    }

    [Fact]
    public void Figures_are_those_of_the_pairwise_definitions()
    {
        var random = new SeededRandom(11);
        for (var trial = 0; trial < 50; trial++)
        {
            var coarse = trial % 2 == 0;
            float[] same = [.. Enumerable.Range(0, 1 + random.NextInt(30)).Select(_ => coarse ? random.NextInt(8) : random.NextSingle() * 8)];
            float[] different = [.. Enumerable.Range(0, 1 + random.NextInt(30)).Select(_ => coarse ? 2 + random.NextInt(8) : 2 + random.NextSingle() * 8)];
            var curve = VerificationCurve.FromDistances(same, different);
            var auc = same.Average(p => different.Average(n => p < n ? 1.0 : p == n ? 0.5 : 0));
            Assert.Equal(auc, curve.Auc(), 1e-12);
            foreach (var target in new[] { 0, 0.01, 0.1, 0.3, 1 })
            {
                var best = same.Concat(different).Append(-1f)
                    .Where(t => different.Count(n => n <= t) <= target * different.Length + 1e-9)
                    .Min(t => same.Count(p => p > t) / (double)same.Length);
                Assert.Equal(best, curve.FnmrAtFmr(target), 1e-12);
            }
        }
    }

    [Fact]
    public void Equal_error_rate_of_known_overlaps()
    {
        Assert.Equal(0, VerificationCurve.FromDistances([1, 2], [3, 4]).EqualErrorRate(), 12);
        Assert.Equal(1, VerificationCurve.FromDistances([3, 4], [1, 2]).EqualErrorRate(), 12);
        Assert.Equal(0.5, VerificationCurve.FromDistances([1, 3], [2, 4]).EqualErrorRate(), 12);
        Assert.Equal(0.5, VerificationCurve.FromDistances([1, 1], [1, 1]).EqualErrorRate(), 12);
        // Uniform on [0, 1] against uniform on [0.6, 1.6]: both rates are 0.2 at the threshold 0.8.
        float[] same = [.. Enumerable.Range(0, 1000).Select(i => i / 1000f)];
        Assert.Equal(0.2, VerificationCurve.FromDistances(same, [.. same.Select(d => d + 0.6f)]).EqualErrorRate(), 0.001);
    }

    [Fact]
    public void Histogram_stays_within_its_stated_bound()
    {
        var random = new SeededRandom(12);
        var histogram = new VerificationHistogram(new DistanceRange(0, 2));
        float[] distances = [.. Enumerable.Range(0, 20_000).Select(i => Math.Clamp((float)(0.9 + 0.2 * random.NextGaussian() + (i % 3 == 0 ? -0.2 : 0)), 0, 2))];
        Relevance[] relevance = [.. distances.Select((_, i) => i % 3 == 0 ? Relevance.Relevant : Relevance.Irrelevant)];
        histogram.Add(distances, relevance);
        var fine = histogram.ToCurve();
        var exact = VerificationCurve.FromDistances([.. distances.Where((_, i) => i % 3 == 0)], [.. distances.Where((_, i) => i % 3 != 0)]);
        Assert.InRange(Math.Abs(fine.Auc() - exact.Auc()), 0, fine.AucErrorBound);
        Assert.True(fine.AucErrorBound is > 0 and < 1e-4);
        Assert.Equal(exact.FnmrAtFmr(0.01), fine.FnmrAtFmr(0.01), 0.002);
        Assert.Equal(exact.EqualErrorRate(), fine.EqualErrorRate(), 0.001);
    }

    [Fact]
    public void Histogram_of_whole_numbers_is_exact_and_skips_junk()
    {
        var histogram = new VerificationHistogram(new DistanceRange(0, 64, Integral: true));
        histogram.Add([0, 64, 3, 3, 0], [Relevance.Relevant, Relevance.Irrelevant, Relevance.Relevant, Relevance.Irrelevant, Relevance.Junk]);
        var other = new VerificationHistogram(new DistanceRange(0, 64, Integral: true));
        other.Add([5], [Relevance.Relevant]);
        histogram.Merge(other);
        var curve = histogram.ToCurve();
        Assert.Equal(3, curve.Positives);
        Assert.Equal(2, curve.Negatives);
        Assert.Equal(VerificationCurve.FromDistances([0, 3, 5], [3, 64]).Auc(), curve.Auc(), 1e-12);
        Assert.Equal(0, curve.AucErrorBound);
        Assert.Equal([0, 3, 5, 64], curve.Points().Select(p => p.Threshold));
    }

    [Fact]
    public void Both_kinds_of_pairs_are_needed_and_not_a_number_is_refused()
    {
        Assert.Throws<ArgumentException>(() => VerificationCurve.FromDistances([1], []));
        Assert.Throws<ArgumentException>(() => VerificationCurve.FromDistances([], [1]));
        Assert.Throws<ArgumentException>(() => VerificationCurve.FromDistances([float.NaN], [1]));
    }
}
