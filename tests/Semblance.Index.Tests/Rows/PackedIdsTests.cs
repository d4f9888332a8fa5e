using Semblance.Index.Rows;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Rows;

public sealed class PackedIdsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(150, 1)]
    [InlineData(60_000, 2)]
    [InlineData(4_000_000_000, 4)]
    [InlineData(long.MaxValue - 100, 8)]
    public void Ids_are_read_back_and_cost_what_their_spread_needs(long spread, int width)
    {
        var random = new SeededRandom(spread);
        foreach (var count in new[] { 1, 63, 64, 65, 1000 })
        {
            var ids = new long[count];
            for (var i = 0; i < count; i++)
                ids[i] = spread < 2 ? 7 + i : (long)(random.NextUInt64() % (ulong)spread);
            if (count > 1 && spread > 1)
                (ids[0], ids[1]) = (spread, 0);
            var packed = new PackedIds(ids);
            Assert.Equal(ids, Enumerable.Range(0, count).Select(row => packed[row]));
            Assert.InRange(packed.BytesHeld, 0, (13.0 * ((count + 63) / 64)) + (count * width));
        }
    }

    [Fact]
    public void Any_numbers_of_a_file_are_carried_unchanged()
    {
        long[] ids = [long.MinValue, long.MaxValue, -1, 0, 5];
        var packed = new PackedIds(ids);
        Assert.Equal(ids, Enumerable.Range(0, ids.Length).Select(row => packed[row]));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void Codes_with_consecutive_ids_take_little_more_than_their_bits(int bits)
    {
        using var folder = new TemporaryFolder();
        const int Count = 300_000;
        var codes = new ulong[Count * bits / 64];
        var random = new SeededRandom(1);
        foreach (ref var word in codes.AsSpan())
            word = random.NextUInt64();
        using var index = new ExactCodeIndex(bits);
        index.Build([.. Enumerable.Range(1000, Count).Select(id => (long)id)], codes);
        var statistics = index.Statistics;
        Assert.InRange(statistics.BytesTotal, codes.Length * 8.0, 1.1 * codes.Length * 8);
        Assert.InRange(statistics.BytesPerVector, bits / 8.0, 1.04 * bits / 8);
        Assert.Equal(0, statistics.IdTableBytes);
        index.Save(folder["a.index"]);
        Assert.InRange(new FileInfo(folder["a.index"]).Length, codes.Length * 8, (long)(1.04 * codes.Length * 8));

        Assert.True(index.Contains(1000 + 4321));
        Assert.True(index.Remove(1000 + 4321));
        Assert.False(index.Contains(1000 + 4321));
        // An id that breaks the order brings the table.
        index.Add(4, codes.AsSpan(0, bits / 64));
        Assert.True(index.Statistics.IdTableBytes > 0);
        Assert.True(index.Contains(4) && index.Contains(1000) && index.Contains(1000 + Count - 1));
        Assert.False(index.Contains(1000 + 4321) || index.Contains(999));
        Assert.Empty(index.Verify().Problems);
    }
}
