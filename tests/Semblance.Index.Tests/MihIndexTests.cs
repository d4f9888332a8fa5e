using Semblance.Index.MultiIndex;
using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

/// <summary>As it is used: small collections are scanned.</summary>
public sealed class MihIndexTests : CodeIndexConformance
{
    protected override ICodeIndex Create(int bits) => new MihIndex(bits);

    protected override ICodeIndex Open(string path) => MihIndex.Open(path);
}

/// <summary>Every search goes through the tables, whatever it costs.</summary>
public sealed class MihIndexWithoutScanTests : CodeIndexConformance
{
    [Theory]
    [InlineData(64, 40_000)]
    [InlineData(128, 20_000)]
    public void Clustered_codes_with_removed_and_added_ones_are_found_exactly(int bits, int rows)
    {
        using var folder = new TemporaryFolder();
        var codes = Clustered(1, rows, bits);
        var ids = Enumerable.Range(0, rows).Select(row => (long)row).ToArray();
        using var exact = new ExactCodeIndex(bits);
        using var mih = new MihIndex(bits, EnumerationCost.None);
        exact.Build(ids, codes);
        mih.Build(ids, codes);
        var later = Clustered(1, 300, bits);
        foreach (var index in new ICodeIndex[] { exact, mih })
        {
            for (var id = 0; id < rows; id += 7)
                index.Remove(id);
            index.Add([.. Enumerable.Range(rows - 100, 300).Select(id => (long)id)], later);
        }
        mih.Save(folder["a.index"]);
        using var opened = MihIndex.Open(folder["a.index"], EnumerationCost.None);
        Assert.Empty(opened.Verify().Problems);
        var queries = Clustered(1, 40, bits);
        for (var q = 0; q < 40; q++)
        {
            var query = queries.AsSpan(q * bits / 64, bits / 64);
            var trace = new SearchTrace();
            foreach (var k in new[] { 1, 10, 100 })
            {
                var expected = exact.Search(query, k);
                Assert.Equal(expected, mih.Search(query, k, new SearchOptions { Trace = trace }));
                Assert.False(trace.Scanned);
                Assert.Equal(expected, opened.Search(query, k));
            }
            foreach (var radius in new[] { 0, 3, bits / 8 })
            {
                Assert.Equal(exact.SearchRange(query, radius), mih.SearchRange(query, radius));
                Assert.Equal(exact.SearchRange(query, bits, new SearchOptions { MaxDistance = radius }), opened.SearchRange(query, bits, new SearchOptions { MaxDistance = radius }));
            }
            Assert.Equal(
                exact.Search(query, 5, new SearchOptions { Filter = id => id % 11 == 0, MaxDistance = bits / 4 }),
                mih.Search(query, 5, new SearchOptions { Filter = id => id % 11 == 0, MaxDistance = bits / 4 }));
        }
    }

    [Fact]
    public void Near_neighbours_cost_a_fraction_of_the_codes_and_far_ones_a_scan()
    {
        var codes = Clustered(2, 60_000, 64);
        using var index = new MihIndex(64);
        index.Build([.. Enumerable.Range(0, 60_000).Select(row => (long)row)], codes);
        var trace = new SearchTrace();
        index.SearchRange(codes.AsSpan(0, 1), 3, new SearchOptions { Trace = trace });
        Assert.False(trace.Scanned);
        Assert.InRange(trace.Visited, 1, 6000);
        index.Search([~codes[0]], 50_000, new SearchOptions { Trace = trace });
        Assert.True(trace.Scanned);
    }

    [Fact]
    public void Tables_that_lie_are_found_by_verify_and_do_no_harm()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = new MihIndex(64, EnumerationCost.None))
        {
            index.Build([.. Enumerable.Range(0, 2000).Select(row => (long)row)], Clustered(3, 2000, 64));
            index.Save(path);
        }
        var bytes = File.ReadAllBytes(path);
        var random = new SeededRandom(4);
        var headerLength = BitConverter.ToInt32(bytes, 12);
        for (var round = 0; round < 200; round++)
        {
            // The header's checksum still holds; every section may lie.
            var damaged = (byte[])bytes.Clone();
            var run = headerLength + random.NextInt(bytes.Length - headerLength - 8);
            for (var i = 0; i < 8; i++)
                damaged[run + i] = (byte)random.NextInt(256);
            File.WriteAllBytes(path, damaged);
            try
            {
                using var opened = MihIndex.Open(path, EnumerationCost.None);
                Assert.False(opened.Verify().Ok && !damaged.AsSpan().SequenceEqual(bytes));
                opened.Search([123], 5);
                opened.SearchRange([123], 20);
            }
            catch (IndexFileException)
            {
            }
        }
    }

    protected override ICodeIndex Create(int bits) => new MihIndex(bits, EnumerationCost.None);

    protected override ICodeIndex Open(string path) => MihIndex.Open(path, EnumerationCost.None);

    // Centres and noise from one seed each; the noise differs by row, so a smaller set is a prefix of a larger one's clusters.
    private static ulong[] Clustered(long seed, int rows, int bits)
    {
        var random = new SeededRandom(seed);
        var words = bits / 64;
        var centers = new ulong[50 * words];
        foreach (ref var word in centers.AsSpan())
            word = random.NextUInt64();
        var noise = new SeededRandom(seed + rows);
        var codes = new ulong[rows * words];
        for (var i = 0; i < codes.Length; i++)
        {
            var center = i / words % 50;
            // One bit in eight flips, and all of the lowest byte's together.
            var flips = noise.NextUInt64() & noise.NextUInt64() & noise.NextUInt64();
            codes[i] = centers[(center * words) + (i % words)] ^ flips ^ (noise.NextInt(4) == 0 ? 0xFFUL : 0);
        }
        return codes;
    }
}
