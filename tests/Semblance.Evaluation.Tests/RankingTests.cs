using Semblance.Numerics;
using Xunit;

namespace Semblance.Evaluation.Tests;

public sealed class RankingTests
{
    [Fact]
    public void Groups_are_those_of_a_sort()
    {
        var random = new SeededRandom(3);
        for (var trial = 0; trial < 200; trial++)
        {
            var n = 1 + random.NextInt(80);
            var distances = new float[n];
            var relevance = new Relevance[n];
            for (var i = 0; i < n; i++)
            {
                distances[i] = random.NextInt(2) == 0 ? random.NextInt(6) - 3 : random.NextSingle() * 6 - 3;
                relevance[i] = (Relevance)random.NextInt(3);
            }
            var expected = new List<TieGroup>();
            var before = 0;
            foreach (var group in Enumerable.Range(0, n).Where(i => relevance[i] != Relevance.Junk).GroupBy(i => distances[i]).OrderBy(g => g.Key))
            {
                var hits = group.Count(i => relevance[i] == Relevance.Relevant);
                if (hits > 0)
                    expected.Add(new TieGroup(before, group.Count(), hits));
                before += group.Count();
            }
            var ranking = Ranking.FromDistances(distances, relevance);
            Assert.Equal(expected, ranking.Groups.ToArray());
            Assert.Equal(relevance.Count(r => r == Relevance.Relevant), ranking.Relevant);
        }
    }

    [Fact]
    public void Extreme_distances_keep_their_order()
    {
        float[] distances = [float.NegativeInfinity, -3e38f, -1, -0f, 0f, float.Epsilon, 1, 3e38f, float.PositiveInfinity, float.PositiveInfinity];
        var relevance = new Relevance[10];
        for (var mask = 1; mask < 1 << 10; mask++)
        {
            for (var i = 0; i < 10; i++)
                relevance[i] = (mask >> i & 1) == 1 ? Relevance.Relevant : Relevance.Irrelevant;
            var groups = Enumerable.Range(0, 10).GroupBy(i => distances[i]).OrderBy(g => g.Key);
            var expected = new List<TieGroup>();
            var before = 0;
            foreach (var group in groups)
            {
                var hits = group.Count(i => relevance[i] == Relevance.Relevant);
                if (hits > 0)
                    expected.Add(new TieGroup(before, group.Count(), hits));
                before += group.Count();
            }
            Assert.Equal(expected, Ranking.FromDistances(distances, relevance).Groups.ToArray());
        }
    }

    [Fact]
    public void Crowded_levels_are_told_apart()
    {
        // Nearly all relevant distances fall into one cell of the look-up.
        float[] distances = [.. Enumerable.Range(0, 2000).Select(i => i < 1999 ? 1 + i * 1.2e-7f : 1e6f)];
        Relevance[] relevance = [.. Enumerable.Range(0, 2000).Select(i => i % 2 == 1 ? Relevance.Relevant : Relevance.Irrelevant)];
        var ranking = Ranking.FromDistances(distances, relevance);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => new TieGroup(2 * i + 1, 1, 1)), ranking.Groups.ToArray());
    }

    [Fact]
    public void Not_a_number_is_refused_on_either_side()
    {
        Assert.Throws<ArgumentException>(() => Ranking.FromDistances([1, float.NaN], [Relevance.Irrelevant, Relevance.Relevant]));
        Assert.Throws<ArgumentException>(() => Ranking.FromDistances([1, float.NaN], [Relevance.Relevant, Relevance.Irrelevant]));
    }

    [Fact]
    public void Groups_that_overlap_or_exceed_the_relevant_items_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Ranking([new TieGroup(0, 3, 1), new TieGroup(2, 1, 1)], 2));
        Assert.Throws<ArgumentException>(() => new Ranking([new TieGroup(0, 3, 3)], 2));
        Assert.Throws<ArgumentException>(() => new Ranking([new TieGroup(0, 1, 0)], 2));
    }
}
