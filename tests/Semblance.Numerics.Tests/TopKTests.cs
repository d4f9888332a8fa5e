using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class TopKTests
{
    [Fact]
    public void Keeps_what_a_full_sort_keeps_in_any_order_shown()
    {
        var random = new SeededRandom(4);
        for (var round = 0; round < 300; round++)
        {
            var k = random.NextInt(20) + 1;
            var all = new Candidate[random.NextInt(100)];
            // Few distinct distances, so that most comparisons are ties.
            for (var i = 0; i < all.Length; i++)
                all[i] = new Candidate(i, random.NextInt(6) - 2);
            var expected = all.OrderBy(x => x.Distance).ThenBy(x => x.Id).Take(k).ToArray();
            random.Shuffle(all.AsSpan());

            var top = new TopK(k);
            foreach (var candidate in all)
                top.Add(candidate.Id, candidate.Distance);

            Assert.Equal(expected, top.ToSorted());
            Assert.Equal(expected.Length == k ? expected[^1].Distance : float.PositiveInfinity, top.Threshold);
        }
    }

    [Fact]
    public void Merging_parts_keeps_what_the_whole_keeps()
    {
        var random = new SeededRandom(5);
        var distances = new float[1000];
        foreach (ref var distance in distances.AsSpan())
            distance = random.NextInt(50);
        var whole = new TopK(30);
        whole.AddRange(0, distances);
        var left = new TopK(30);
        left.AddRange(500, distances.AsSpan(500));
        var right = new TopK(30);
        right.AddRange([.. Enumerable.Range(0, 500).Select(i => (long)i)], distances.AsSpan(0, 500));
        left.AddAll(right);
        Assert.Equal(whole.ToSorted(), left.ToSorted());
    }

    [Fact]
    public void NaN_never_enters_and_infinity_does()
    {
        var top = new TopK(2);
        Assert.False(top.Add(1, float.NaN));
        Assert.True(top.Add(2, float.PositiveInfinity));
        Assert.True(top.Add(3, float.NegativeInfinity));
        Assert.False(top.Add(4, float.NaN));
        Assert.Equal([new Candidate(3, float.NegativeInfinity), new Candidate(2, float.PositiveInfinity)], top.ToSorted());
    }

    [Fact]
    public void Room_for_none_keeps_none()
    {
        var top = new TopK(0);
        Assert.False(top.Add(1, float.NegativeInfinity));
        Assert.Empty(top.ToSorted());
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopK(-1));
    }

    [Fact]
    public void Cleared_it_is_as_new()
    {
        var top = new TopK(1);
        top.Add(1, -5);
        top.Clear();
        Assert.True(top.Add(2, 5));
        Assert.Equal([new Candidate(2, 5)], top.ToSorted());
    }
}
