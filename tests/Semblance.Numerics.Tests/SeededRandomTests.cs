using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void Xoshiro256StarStar_gives_the_published_sequence()
    {
        var random = new SeededRandom(1, 2, 3, 4);
        ulong[] published =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360,
            607988272756665600, 16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        Assert.Equal(published, Enumerable.Range(0, published.Length).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Splitmix64_gives_the_published_sequence()
    {
        var state = 1234567UL;
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        foreach (var expected in published)
            Assert.Equal(expected, SeededRandom.SplitMix64(ref state));
    }

    [Fact]
    public void One_seed_gives_one_sequence_and_another_seed_another()
    {
        Assert.Equal(new SeededRandom(7).NextUInt64(), new SeededRandom(7).NextUInt64());
        Assert.NotEqual(new SeededRandom(7).NextUInt64(), new SeededRandom(-7).NextUInt64());
    }

    [Fact]
    public void Integers_are_uniform_over_their_range()
    {
        var random = new SeededRandom(8);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.NextInt(7)]++;
        // Standard deviation of a count: √(70000 · 1/7 · 6/7) ≈ 93.
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    [Fact]
    public void Reals_lie_in_the_unit_interval_with_its_moments()
    {
        var random = new SeededRandom(9);
        double sum = 0, squares = 0;
        const int count = 100_000;
        for (var i = 0; i < count; i++)
        {
            var x = random.NextSingle();
            Assert.InRange(x, 0f, 0.99999999f);
            sum += x;
            squares += x * x;
        }
        Assert.Equal(0.5, sum / count, 0.005);
        Assert.Equal(1 / 3.0, squares / count, 0.005);
    }

    [Fact]
    public void Gaussians_have_the_moments_of_the_normal_distribution()
    {
        var random = new SeededRandom(10);
        const int count = 200_000;
        var moments = new double[5];
        for (var i = 0; i < count; i++)
        {
            var x = random.NextGaussian();
            for (var power = 1; power <= 4; power++)
                moments[power] += Math.Pow(x, power) / count;
        }
        Assert.Equal(0, moments[1], 0.01);
        Assert.Equal(1, moments[2], 0.015);
        Assert.Equal(0, moments[3], 0.04);
        Assert.Equal(3, moments[4], 0.12);
    }

    [Fact]
    public void Derived_generators_hang_on_seed_and_all_numbers_in_their_order()
    {
        long[][] parts = [[], [0], [1], [0, 0], [0, 1], [1, 0], [1, 2], [2, 1], [1, 2, 0], [-1], [long.MinValue, 7]];
        var firsts = new HashSet<ulong>();
        foreach (var seed in new[] { 0L, 1, 2, -1 })
        {
            foreach (var part in parts)
            {
                Assert.Equal(SeededRandom.Derived(seed, part).NextUInt64(), SeededRandom.Derived(seed, part).NextUInt64());
                firsts.Add(SeededRandom.Derived(seed, part).NextUInt64());
            }
        }
        Assert.Equal(4 * parts.Length, firsts.Count);
        // Neighbours, as the pictures of an epoch are, share nothing: their first numbers are as spread as those of one sequence.
        var means = Enumerable.Range(0, 20_000).Average(place => SeededRandom.Derived(5, 3, place).NextDouble());
        Assert.Equal(0.5, means, 0.01);
        var products = Enumerable.Range(0, 20_000).Average(place => (SeededRandom.Derived(5, 3, place).NextDouble() - 0.5) * (SeededRandom.Derived(5, 3, place + 1).NextDouble() - 0.5));
        Assert.Equal(0, products, 0.002);
    }

    [Fact]
    public void Shuffles_reach_every_permutation_equally_often()
    {
        var random = new SeededRandom(11);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            char[] letters = ['a', 'b', 'c', 'd'];
            random.Shuffle(letters.AsSpan());
            var permutation = new string(letters);
            counts[permutation] = counts.GetValueOrDefault(permutation) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1_150));
    }
}
