using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class IdBitmapTests
{
    [Fact]
    public void Behaves_as_a_set()
    {
        var random = new SeededRandom(1);
        var bitmap = new IdBitmap(10);
        var truth = new HashSet<long>();
        for (var step = 0; step < 5000; step++)
        {
            var id = (long)random.NextInt(3000);
            if (random.NextInt(3) > 0)
                Assert.Equal(truth.Add(id), bitmap.Add(id));
            else
                Assert.Equal(truth.Remove(id), bitmap.Remove(id));
            Assert.Equal(truth.Contains(id + 1), bitmap.Contains(id + 1));
        }
        Assert.Equal(truth.Count, bitmap.Count);
        Assert.Equal(truth.Order(), bitmap.ToArray());
    }

    [Fact]
    public void Compares_as_a_set()
    {
        var bitmap = new IdBitmap([1, 64, 200]);
        var truth = new HashSet<long> { 1, 64, 200 };
        foreach (long[] other in new long[][] { [], [1], [1, 64, 200], [200, 64, 1, 1], [1, 64, 200, 300], [5], [1, 2] })
        {
            Assert.Equal(truth.IsSubsetOf(other), bitmap.IsSubsetOf(other));
            Assert.Equal(truth.IsProperSubsetOf(other), bitmap.IsProperSubsetOf(other));
            Assert.Equal(truth.IsSupersetOf(other), bitmap.IsSupersetOf(other));
            Assert.Equal(truth.IsProperSupersetOf(other), bitmap.IsProperSupersetOf(other));
            Assert.Equal(truth.Overlaps(other), bitmap.Overlaps(other));
            Assert.Equal(truth.SetEquals(other), bitmap.SetEquals(other));
        }
    }

    [Fact]
    public void Sets_are_joined_cut_and_taken_away_by_words()
    {
        var random = new SeededRandom(3);
        foreach (var (limit, otherLimit) in new[] { (1000, 1000), (5000, 70), (70, 5000), (1, 300) })
        {
            var left = Drawn(limit);
            var right = Drawn(otherLimit);
            foreach (var (change, merge) in new (Action<IdBitmap, IdBitmap>, Func<long[], long[], IEnumerable<long>>)[]
            {
                ((a, b) => a.And(b), (a, b) => a.Intersect(b)),
                ((a, b) => a.Or(b), (a, b) => a.Union(b)),
                ((a, b) => a.AndNot(b), (a, b) => a.Except(b)),
            })
            {
                var original = new IdBitmap(left);
                var changed = original.Clone();
                change(changed, new IdBitmap(right));
                var expected = merge(left, right).Order().ToArray();
                Assert.Equal(expected, changed.ToArray());
                Assert.Equal(expected.Length, changed.Count);
                Assert.Equal(left.Distinct().Order(), original.ToArray());
            }
        }

        // With ids that occur twice, in no order.
        long[] Drawn(int limit) => [.. Enumerable.Range(0, limit).Select(_ => (long)random.NextInt(limit))];
    }

    [Fact]
    public void Many_ids_are_added_at_once_or_none()
    {
        var bitmap = new IdBitmap([7, 900]);
        bitmap.AddRange([3, 900, 64, 3]);
        Assert.Equal([3, 7, 64, 900], bitmap.ToArray());
        Assert.Equal(4, bitmap.Count);
        bitmap.AddRange([]);
        Assert.Throws<ArgumentOutOfRangeException>(() => bitmap.AddRange([5, -1]));
        Assert.Equal(4, bitmap.Count);
        Assert.False(bitmap.Contains(5));
    }

    [Fact]
    public void Ids_outside_are_not_there()
    {
        var bitmap = new IdBitmap([5]);
        foreach (var id in new[] { -1, long.MinValue, long.MaxValue, 64, 6 })
        {
            Assert.False(bitmap.Contains(id));
            Assert.False(bitmap.Remove(id));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => bitmap.Add(-1));
    }
}
