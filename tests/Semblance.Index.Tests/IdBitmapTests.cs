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
