using System.Buffers.Binary;
using System.IO.Hashing;
using Semblance.Index.Files;
using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class HnswCodeIndexTests : CodeIndexConformance
{
    private const int Rows = 6000;
    private const int Bits = 128;
    private const int Words = Bits / 64;

    // So large a candidate list visits all that the suite's indexes hold.
    private static readonly HnswCodeOptions s_exhaustive = new() { EfSearch = 30_000, EfConstruction = 40, BuildThreads = 1 };

    private static readonly HnswCodeOptions s_usual = new() { EfSearch = 64, EfConstruction = 48, BuildThreads = 1 };

    protected override ICodeIndex Create(int bits) => new HnswCodeIndex(bits, s_exhaustive);

    protected override ICodeIndex Open(string path) => HnswCodeIndex.Open(path, s_exhaustive);

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(192)]
    [InlineData(1024)]
    public void Most_neighbours_are_found_at_a_third_of_the_codes(int bits)
    {
        var codes = Clustered(1, bits);
        using var index = Filled(codes, bits, s_usual);
        Assert.InRange(Recall(index, codes, visits: Rows / 3), 0.98, 1);
    }

    [Fact]
    public void One_thread_builds_the_same_bytes_each_time()
    {
        using var folder = new TemporaryFolder();
        var codes = Clustered(2);
        foreach (var name in new[] { "a.index", "b.index" })
        {
            using var index = Filled(codes, Bits, s_usual);
            index.Add(Rows, codes.AsSpan(5 * Words, Words));
            index.Save(folder[name]);
        }
        Assert.Equal(File.ReadAllBytes(folder["a.index"]), File.ReadAllBytes(folder["b.index"]));
    }

    [Fact]
    public void Four_threads_build_as_good_a_graph()
    {
        var codes = Clustered(3);
        using var index = Filled(codes, Bits, s_usual with { BuildThreads = 4 });
        Assert.Empty(index.Verify().Problems);
        Assert.InRange(Recall(index, codes, visits: Rows / 3), 0.98, 1);
    }

    [Fact]
    public void Codes_added_one_by_one_are_found_like_built_ones()
    {
        var codes = Clustered(4);
        using var built = Filled(codes, Bits, s_usual);
        using var grown = new HnswCodeIndex(Bits, s_usual);
        for (var row = 0; row < Rows; row++)
            grown.Add(row, codes.AsSpan(row * Words, Words));
        Assert.Empty(grown.Verify().Problems);
        Assert.InRange(Recall(grown, codes), Recall(built, codes) - 0.01, 1);
    }

    [Fact]
    public void A_third_removed_and_added_again_costs_no_recall()
    {
        var codes = Clustered(5);
        using var index = Filled(codes, Bits, s_usual);
        var fresh = Recall(index, codes);
        var gone = Enumerable.Range(0, Rows).Where(row => row % 10 < 3).ToArray();
        foreach (var row in gone)
            Assert.True(index.Remove(row));
        index.Compact();
        Assert.Empty(index.Verify().Problems);
        Assert.Equal(0, index.Statistics.Deleted);
        // Whole clusters are gone: their queries must find their way into others, as hard in a graph that is built anew.
        Assert.InRange(Recall(index, codes, row => row % 10 >= 3), 0.95, 1);
        foreach (var row in gone)
            index.Add(row, codes.AsSpan(row * Words, Words));
        Assert.Empty(index.Verify().Problems);
        Assert.InRange(Recall(index, codes), fresh - 0.01, 1);
    }

    [Fact]
    public void Removed_codes_lead_on_but_are_not_returned()
    {
        var codes = Clustered(6);
        using var index = Filled(codes, Bits, s_usual);
        // Below the quarter at which the rows are compacted.
        for (var row = 0; row < Rows; row += 5)
            index.Remove(row);
        Assert.InRange(index.Statistics.Deleted, 1, Rows);
        Assert.InRange(Recall(index, codes, row => row % 5 != 0), 0.95, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Filters_keep_recall_and_always_give_k(int oneIn)
    {
        var codes = Clustered(7);
        using var index = Filled(codes, Bits, s_usual);
        bool Passes(long id) => id % oneIn == 1;
        Assert.InRange(Recall(index, codes, Passes, new SearchOptions { Filter = Passes }), 0.95, 1);
    }

    [Fact]
    public void Every_one_of_many_duplicates_can_be_reached_and_hides_nothing()
    {
        var codes = Clustered(8);
        for (var row = 1000; row < 3000; row++)
            codes.AsSpan(0, Words).CopyTo(codes.AsSpan(row * Words));
        using var index = Filled(codes, Bits, s_usual);
        Assert.Empty(index.Verify().Problems);
        var hits = index.Search(codes.AsSpan(0, Words), 2001, new SearchOptions { Effort = 2500 });
        Assert.Equal(2001, hits.Count(hit => hit.Distance == 0));
        Assert.InRange(Recall(index, codes, firstQuery: 3000), 0.95, 1);
    }

    [Fact]
    public void Few_distances_among_many_codes_do_not_stop_the_walk()
    {
        // Twelve bits in six pairs vary: each code is there more often than ef, and so is each distance.
        var random = new SeededRandom(9);
        var codes = new ulong[Rows * Words];
        for (var row = 0; row < Rows; row++)
            codes[row * Words] = (ulong)random.NextInt(64) * 0x41;
        using var index = Filled(codes, Bits, s_usual);
        for (var query = 0UL; query < 64; query++)
        {
            foreach (var hit in index.Search([query * 0x41, 0], 10))
                Assert.Equal(0, hit.Distance);
        }
    }

    [Fact]
    public void Ranges_and_full_target_recall_are_exact_and_effort_wins_over_the_target()
    {
        var codes = Clustered(10);
        using var index = Filled(codes, Bits, s_usual with { EfSearch = 1 });
        using var exact = new ExactCodeIndex(Bits);
        exact.Build(Ids(Rows), codes);
        var trace = new SearchTrace();
        for (var q = 0; q < 20; q++)
        {
            var query = codes.AsSpan(q * 31 * Words, Words).ToArray();
            query[0] ^= 0xF0F0;
            Assert.Equal(exact.SearchRange(query, 30), index.SearchRange(query, 30, new SearchOptions { Trace = trace }));
            Assert.True(trace.Scanned);
            Assert.Equal(exact.Search(query, 10), index.Search(query, 10, new SearchOptions { TargetRecall = 1, Trace = trace }));
            Assert.Equal((true, 1f), (trace.Scanned, trace.RecallEstimate));
            Assert.Equal(exact.SearchBatch(query, 10), index.SearchBatch(query, 10, new SearchOptions { TargetRecall = 1 }));
            index.Search(query, 10, new SearchOptions { TargetRecall = 1, Effort = 30, Trace = trace });
            Assert.Equal((false, 30, null), (trace.Scanned, trace.Effort, trace.RecallEstimate));
        }
    }

    [Fact]
    public void Opened_file_answers_as_before_and_after_warming_too()
    {
        using var folder = new TemporaryFolder();
        var codes = Clustered(12);
        using var index = Filled(codes, Bits, s_usual);
        index.Save(folder["a.index"]);
        using var opened = HnswCodeIndex.Open(folder["a.index"], s_usual);
        // Of each code: itself, its id, 32 links and the code again, and the upper levels, a fifteenth of the nodes with 16 links.
        Assert.InRange(opened.Statistics.BytesPerVector, 16 + 128 + 16 + 4, 16 + 8 + 128 + 16 + 7);
        Assert.InRange(opened.Statistics.MappedBytes, Rows * 128, opened.Statistics.BytesTotal);
        for (var round = 0; round < 3; round++)
        {
            for (var q = 0; q < 50; q++)
                Assert.Equal(index.Search(codes.AsSpan(q * Words, Words), 10), opened.Search(codes.AsSpan(q * Words, Words), 10));
            opened.Warm();
        }
        Assert.Empty(opened.Verify().Problems);
    }

    [Theory]
    [InlineData("links.0", -5)]
    [InlineData("links.0", Rows)]
    [InlineData("links.0", int.MaxValue)]
    [InlineData("links.1", 100_000)]
    public void Lying_links_end_no_process_and_are_found_by_verify(string section, int link)
    {
        using var folder = new TemporaryFolder();
        var codes = Clustered(13);
        using (var index = Filled(codes, Bits, s_usual))
            index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        Rewrite(bytes, section, words =>
        {
            for (var at = 0; at < words.Length; at += 4 * 7)
                BinaryPrimitives.WriteInt32LittleEndian(words[at..], link);
        });
        File.WriteAllBytes(folder["a.index"], bytes);
        using var opened = HnswCodeIndex.Open(folder["a.index"], s_usual);
        for (var q = 0; q < 50; q++)
            Assert.Equal(10, opened.Search(codes.AsSpan(q * Words, Words), 10).Count);
        Assert.NotEmpty(opened.Verify().Problems);
        opened.Add(Rows, codes.AsSpan(Words, Words));
        opened.Remove(3);
        Assert.Equal(10, opened.Search(codes.AsSpan(0, Words), 10).Count);
    }

    [Theory]
    [InlineData("graph", 0, 0)] // M
    [InlineData("graph", 0, 15)]
    [InlineData("graph", 4, 0)] // Levels
    [InlineData("graph", 4, 17)]
    [InlineData("graph", 8, 0)] // Trained rows
    [InlineData("graph", 32, Rows - 1)] // Nodes
    [InlineData("graph", 36, Rows + 1)]
    [InlineData("below.1", 28, -1)]
    [InlineData("below.1", 28, Rows)]
    public void Contradicting_graph_is_refused(string section, int at, int value)
    {
        using var folder = new TemporaryFolder();
        using (var index = Filled(Clustered(14), Bits, s_usual))
            index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        Rewrite(bytes, section, head => BinaryPrimitives.WriteInt32LittleEndian(head[at..], value));
        File.WriteAllBytes(folder["a.index"], bytes);
        Assert.Equal(IndexFileProblem.Damaged, Assert.Throws<IndexFileException>(() => HnswCodeIndex.Open(folder["a.index"])).Problem);
    }

    // 60 centres; one bit in eight of a code differs from its centre's.
    private static ulong[] Clustered(long seed, int bits = Bits)
    {
        var random = new SeededRandom(seed);
        var words = bits / 64;
        var centers = new ulong[60 * words];
        foreach (ref var word in centers.AsSpan())
            word = random.NextUInt64();
        var codes = new ulong[Rows * words];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = centers[(i / words * 7 % 60 * words) + (i % words)] ^ (random.NextUInt64() & random.NextUInt64() & random.NextUInt64());
        return codes;
    }

    private static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(row => (long)row)];

    private static HnswCodeIndex Filled(ulong[] codes, int bits, HnswCodeOptions options)
    {
        var index = new HnswCodeIndex(bits, options);
        index.Build(Ids(codes.Length / (bits / 64)), codes);
        return index;
    }

    // Recall@10 of queries near rows. A code as near as the true tenth is as good as any.
    private static double Recall(
        HnswCodeIndex index, ulong[] codes, Func<long, bool>? passes = null, SearchOptions? options = null, int visits = int.MaxValue, int firstQuery = 0)
    {
        const int Queries = 60;
        var words = index.Bits / 64;
        var random = new SeededRandom(77);
        double found = 0;
        for (var q = 0; q < Queries; q++)
        {
            var query = codes.AsSpan((firstQuery + (q * 31)) * words, words).ToArray();
            foreach (ref var word in query.AsSpan())
                word ^= random.NextUInt64() & random.NextUInt64() & random.NextUInt64() & random.NextUInt64();
            var distances = Enumerable.Range(0, codes.Length / words).Where(row => passes?.Invoke(row) ?? true)
                .Select(row => VectorMath.Hamming(query, codes.AsSpan(row * words, words))).Order().Take(10).ToArray();
            var trace = new SearchTrace();
            var hits = index.Search(query, 10, (options ?? new SearchOptions()) with { Trace = trace });
            Assert.Equal(distances.Length, hits.Count);
            Assert.InRange(trace.Visited, 0, visits);
            Assert.True(visits == int.MaxValue || !trace.Scanned);
            Assert.All(hits, hit => Assert.Equal(VectorMath.Hamming(query, codes.AsSpan((int)hit.Id * words, words)), hit.Distance));
            Assert.True(passes is null || hits.All(hit => passes(hit.Id)));
            found += hits.Count(hit => hit.Distance <= distances[^1]) / (double)distances.Length;
        }
        return found / Queries;
    }

    // Changes a section's bytes and makes every checksum fit again: only the content can tell.
    private static void Rewrite(byte[] file, string section, SpanAction change)
    {
        var header = file.AsSpan(0, BitConverter.ToInt32(file, 12));
        for (var entry = IndexFileLayout.FixedHeader; ; entry += IndexFileLayout.SectionEntry)
        {
            var name = System.Text.Encoding.ASCII.GetString(header.Slice(entry, IndexFileLayout.NameLength)).TrimEnd('\0');
            if (name != section)
                continue;
            var bytes = file.AsSpan((int)BitConverter.ToInt64(file, entry + 16), (int)BitConverter.ToInt64(file, entry + 24));
            change(bytes);
            BinaryPrimitives.WriteUInt64LittleEndian(header[(entry + 32)..], XxHash64.HashToUInt64(bytes));
            BinaryPrimitives.WriteUInt64LittleEndian(header[^IndexFileLayout.Checksum..], XxHash64.HashToUInt64(header[..^IndexFileLayout.Checksum]));
            return;
        }
    }

    private delegate void SpanAction(Span<byte> bytes);
}
