using Semblance.Numerics;
using Semblance.Spaces;
using Xunit;

namespace Semblance.Tests;

public sealed class ScoreScaleFitTests
{
    private static float[] Sorted(IEnumerable<double> values) => [.. values.Select(v => (float)v).Order()];

    private static IEnumerable<double> Normal(SeededRandom random, int count, double mean, double deviation) =>
        Enumerable.Range(0, count).Select(_ => mean + (deviation * random.NextGaussian()));

    [Fact]
    public void Thresholds_follow_the_unrelated_pairs_even_when_a_fifth_of_the_random_pairs_is_related()
    {
        var random = new SeededRandom(3);
        var clean = Sorted(Normal(random, 50_000, 0, 0.05));
        var mixed = Sorted(Normal(random, 50_000, 0, 0.05).Concat(Normal(random, 10_000, 0.6, 0.1)));
        var copies = Sorted(Normal(random, 50, 0.8, 0.02));
        var (a, b) = (ScoreScaleFit.FromScores(clean, copies, copies), ScoreScaleFit.FromScores(mixed, copies, copies));
        // 99 % of a normal distribution lie below 2.33 deviations, 99.9 % below 3.09.
        Assert.InRange(a.Words[3].MinScore, 0.11f, 0.125f);
        Assert.InRange(a.Words[2].MinScore, 0.145f, 0.17f);
        Assert.InRange(b.Words[3].MinScore - a.Words[3].MinScore, 0, 0.05f);
        // A plain quantile of the mixed pairs would have put "weak" among the related ones.
        Assert.True(mixed[(int)(0.99 * mixed.Length)] > 0.6f);
    }

    [Fact]
    public void Nine_of_ten_copies_earn_their_word_and_the_shares_are_counted()
    {
        var random = new SeededRandom(4);
        var pairs = Sorted(Normal(random, 20_000, 0, 0.05));
        var (mild, strong) = (Sorted(Normal(random, 200, 0.9, 0.02)), Sorted(Normal(random, 200, 0.6, 0.05)));
        var scale = ScoreScaleFit.FromScores(pairs, mild, strong);
        var near = scale.Words[0];
        Assert.Equal(0.9, mild.Count(s => s >= near.MinScore) / 200.0, 0.01);
        Assert.Equal(0.9, strong.Count(s => s >= scale.Words[1].MinScore) / 200.0, 0.01);
        foreach (var word in scale.Words)
        {
            var copy = mild.Concat(strong).Count(s => s >= word.MinScore) / 400.0;
            var chance = pairs.Count(s => s >= word.MinScore) / (double)pairs.Length;
            Assert.Equal(copy, word.CopyShare!.Value, 1e-9);
            Assert.Equal(chance, word.RandomShare!.Value, 1e-9);
            Assert.Equal(copy / (copy + chance), word.Precision!.Value, 1e-9);
        }
    }

    [Fact]
    public void A_collection_that_looks_all_alike_keeps_near_duplicates_rare()
    {
        var random = new SeededRandom(6);
        // Copies score no higher than a quarter of the random pairs: the word must not be given to those.
        var pairs = Sorted(Normal(random, 30_000, 0.8, 0.02).Concat(Normal(random, 10_000, 0.95, 0.01)));
        var near = ScoreScaleFit.FromScores(pairs, Sorted(Normal(random, 50, 0.95, 0.01)), Sorted(Normal(random, 50, 0.9, 0.01))).Words[0];
        Assert.InRange(near.RandomShare!.Value, 0, 0.0011);
    }

    [Fact]
    public void Scores_crowded_near_one_keep_the_thresholds_below_one()
    {
        var random = new SeededRandom(5);
        var pairs = Sorted(Normal(random, 20_000, 1.8, 0.3).Select(Math.Tanh));
        var scale = ScoreScaleFit.FromScores(pairs, [0.99f, 0.995f], [0.98f, 0.985f]);
        Assert.All(scale.Words, word => Assert.InRange(word.MinScore, 0.9f, 0.9999f));
        Assert.Equal(scale.Words.OrderByDescending(w => w.MinScore), scale.Words);
    }
}
