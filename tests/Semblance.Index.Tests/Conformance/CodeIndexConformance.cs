using System.Numerics;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Conformance;

/// <summary>What every <see cref="ICodeIndex"/> must do. Hamming distances are integers, so answers are compared exactly.</summary>
public abstract class CodeIndexConformance
{
    public static TheoryData<int> BitCounts => [64, 128, 192, 256, 512, 1024, 4096];

    protected abstract ICodeIndex Create(int bits);

    protected abstract ICodeIndex Open(string path);

    [Theory]
    [MemberData(nameof(BitCounts))]
    public void Search_finds_what_brute_force_finds(int bits)
    {
        using var index = Filled(bits, 500, 1, out var truth);
        for (var seed = 0; seed < 5; seed++)
        {
            var query = Code(bits, 100 + seed);
            foreach (var k in new[] { 1, 10, 500, 900 })
                Assert.Equal(Nearest(truth, query).Take(k), index.Search(query, k));
            foreach (var radius in new[] { -1, 0, (bits / 2) - 3, bits })
                Assert.Equal(Nearest(truth, query).Where(hit => hit.Distance <= radius), index.SearchRange(query, radius));
        }
        Assert.Equal(new Hit(17, 0), index.Search(truth[17], 1)[0]);
    }

    [Fact]
    public void Many_equal_distances_are_ordered_by_id()
    {
        // Four bits vary, so most of 20,000 codes tie, across blocks.
        var random = new SeededRandom(2);
        var ids = Enumerable.Range(0, 20_000).Select(i => (long)i).ToArray();
        random.Shuffle<long>(ids);
        var codes = Array.ConvertAll(ids, _ => (ulong)random.NextInt(16));
        var truth = ids.Zip(codes).ToDictionary(row => row.First, row => new[] { row.Second });
        using var index = Create(64);
        index.Build(ids, codes);
        foreach (var k in new[] { 1, 10, 2000 })
        {
            Assert.Equal(Nearest(truth, [5]).Take(k), index.Search([5], k));
            Assert.Equal(Nearest(truth, [5]).Take(k), index.Search([5], k, new SearchOptions { Threads = 2 }));
        }
    }

    [Fact]
    public void Ids_left_out_are_never_returned_and_cost_no_result()
    {
        using var index = Filled(128, 1500, 63, out var truth);
        var query = Code(128, 64);
        var nearest = Nearest(truth, query).ToArray();
        foreach (var count in new[] { 1, 5, 40, 600 })
        {
            var except = nearest.Take(count).Select(hit => hit.Id).Append(88_888).ToHashSet();
            foreach (var (options, passes) in new (SearchOptions, Func<long, bool>)[]
            {
                (new SearchOptions { Except = except }, _ => true),
                (new SearchOptions { Except = except, Filter = id => id % 3 == 0 }, id => id % 3 == 0),
            })
            {
                var expected = nearest.Where(hit => passes(hit.Id) && !except.Contains(hit.Id));
                Assert.Equal(expected.Take(10), index.Search(query, 10, options));
                Assert.Equal(expected.Take(10), index.SearchBatch(query, 10, options)[0]);
                Assert.Equal(expected.Where(hit => hit.Distance <= 55), index.SearchRange(query, 55, options));
            }
        }
    }

    [Fact]
    public void Neighbours_of_rows_are_the_nearest_others()
    {
        using var index = Filled(128, 1500, 60, out var truth);
        for (var copy = 690L; copy < 720; copy++)
            truth[copy] = truth[700];
        index.Build([.. truth.Keys], [.. truth.Values.SelectMany(code => code)]);
        foreach (var gone in new long[] { 3, 699, 1499 })
        {
            index.Remove(gone);
            truth.Remove(gone);
        }
        long[] ids = [1, 700, 3, 1, 719, 999_999, 690, .. Enumerable.Range(800, 20)];
        var few = new HashSet<long> { 1, 2, 700, 701, 77_777 };
        foreach (var (options, passes) in new (SearchOptions?, Func<long, bool>)[]
        {
            (null, _ => true),
            (new SearchOptions { Threads = 2 }, _ => true),
            (new SearchOptions { Filter = id => id % 2 == 0 }, id => id % 2 == 0),
            (new SearchOptions { Allowed = few }, few.Contains),
        })
        {
            foreach (var k in new[] { 1, 10, 40, truth.Count - 1, int.MaxValue })
            {
                var answers = index.NeighboursOf(ids, k, options);
                for (var i = 0; i < ids.Length; i++)
                {
                    var self = ids[i];
                    var expected = truth.TryGetValue(self, out var code) ? Nearest(truth, code).Where(hit => hit.Id != self && passes(hit.Id)).Take(k) : [];
                    Assert.Equal(expected, answers[i]);
                }
            }
        }
        foreach (var radius in new[] { 0, 50 })
            Assert.Equal(Nearest(truth, truth[700]).Where(hit => hit.Id != 700 && hit.Distance <= radius), index.NeighboursOf([700], 2000, new SearchOptions { MaxDistance = radius })[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.NeighboursOf([1], 0));
        var trace = new SearchTrace();
        index.NeighboursOf([1, 2], 3, new SearchOptions { Trace = trace });
        Assert.Equal((0L, false, null), (trace.Rescored, trace.Scanned, trace.RecallEstimate));
        index.NeighboursOf([1], 3, new SearchOptions { Trace = trace });
        Assert.True(trace.Scanned ? trace.RecallEstimate == 1 : trace.Rescored >= 3);
    }

    [Fact]
    public void Random_changes_keep_the_index_equal_to_a_dictionary()
    {
        using var folder = new TemporaryFolder();
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new SeededRandom(seed);
            var truth = new Dictionary<long, ulong[]>();
            var index = Create(128);
            for (var step = 0; step < 3000; step++)
            {
                var id = (long)random.NextInt(600);
                var code = Code(128, random.NextInt(int.MaxValue));
                switch (random.NextInt(10))
                {
                    case < 4:
                        index.Add(id, code);
                        truth[id] = code;
                        break;
                    case < 8:
                        Assert.Equal(truth.Remove(id), index.Remove(id));
                        break;
                    case 8 when step % 100 == 0:
                        index.Save(folder["a.index"]);
                        index.Dispose();
                        index = Open(folder["a.index"]);
                        break;
                    default:
                        Assert.Equal(Nearest(truth, code).Take(5), index.Search(code, 5));
                        Assert.Equal(truth.ContainsKey(id), index.Contains(id));
                        break;
                }
            }
            Assert.Equal(truth.Count, index.Count);
            var stored = new ulong[2];
            foreach (var (id, code) in truth)
            {
                Assert.True(index.TryGetCode(id, stored));
                Assert.Equal(code, stored);
            }
            Assert.Empty(index.Verify().Problems);
            index.Dispose();
        }
    }

    [Fact]
    public void Filters_of_every_selectivity_leave_k_results()
    {
        using var index = Filled(128, 5000, 3, out var truth);
        var query = Code(128, 4);
        foreach (var oneIn in new[] { 2, 10, 100, 1000, 10_000 })
        {
            var expected = Nearest(truth, query).Where(hit => hit.Id % oneIn == 1).Take(10).ToArray();
            var allowed = truth.Keys.Where(id => id % oneIn == 1).ToArray();
            Assert.Equal(expected, index.Search(query, 10, new SearchOptions { Filter = id => id % oneIn == 1 }));
            Assert.Equal(expected, index.Search(query, 10, new SearchOptions { Allowed = allowed.ToHashSet() }));
            Assert.Equal(expected, index.Search(query, 10, new SearchOptions { Allowed = new IdBitmap(allowed) }));
            Assert.Equal(expected.Where(hit => hit.Distance <= 55), index.Search(query, 10, new SearchOptions { Allowed = new IdBitmap(allowed), MaxDistance = 55 }));
        }
    }

    [Fact]
    public void Batch_gives_what_single_searches_give()
    {
        using var index = Filled(256, 3000, 5, out _);
        var queries = Enumerable.Range(0, 21).Select(q => Code(256, 200 + q)).ToArray();
        foreach (var options in new SearchOptions?[] { null, new() { Threads = 2 }, new() { Filter = id => id % 3 == 0 } })
        {
            var batch = index.SearchBatch([.. queries.SelectMany(query => query)], 9, options);
            Assert.Equal(queries.Select(query => index.Search(query, 9, options)), batch);
        }
        Assert.Empty(index.SearchBatch([], 9));
    }

    [Fact]
    public void Search_by_id_leaves_the_row_itself_out()
    {
        using var index = Filled(64, 100, 6, out var truth);
        Assert.Equal(Nearest(truth, truth[7]).Where(hit => hit.Id != 7).Take(5), index.SearchById(7, 5));
        Assert.Null(index.SearchById(1_000_000, 5));
    }

    [Fact]
    public void Saved_index_opens_equal()
    {
        using var folder = new TemporaryFolder();
        using var index = Filled(192, 1500, 7, out _);
        index.Generation = 42;
        index.Remove(3);
        index.Save(folder["a.index"]);
        Assert.Equal(new IndexFileHeader(index.Kind, null, 192, 1499, 42), IndexFile.ReadHeader(folder["a.index"]));
        using var opened = Open(folder["a.index"]);
        Assert.Equal((192, 1499, 42), (opened.Bits, opened.Count, opened.Generation));
        Assert.Equal(index.Search(Code(192, 8), 50), opened.Search(Code(192, 8), 50));
        Assert.Empty(opened.Verify().Problems);
        Assert.False(opened.Contains(3));
    }

    [Fact]
    public void Damaged_files_are_refused_or_found_by_verify()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = Filled(64, 100, 9, out _))
            index.Save(path);
        var bytes = File.ReadAllBytes(path);
        var headerLength = BitConverter.ToInt32(bytes, 12);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            if (at < headerLength)
            {
                Assert.Throws<IndexFileException>(() => Open(path));
                continue;
            }
            try
            {
                using var opened = Open(path);
                Assert.False(opened.Verify().Ok);
            }
            catch (IndexFileException)
            {
                // Structure beside the header is judged at opening too.
            }
        }
        for (var length = 0; length < bytes.Length; length += 7)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<IndexFileException>(() => Open(path));
        }
    }

    [Fact]
    public void Unusable_arguments_are_refused_and_change_nothing()
    {
        using var index = Filled(128, 10, 10, out _);
        var refused = Assert.Throws<ArgumentException>(() => index.Add(1, new ulong[3]));
        Assert.Contains("192", refused.Message, StringComparison.Ordinal);
        Assert.Contains("128", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2], new ulong[2]));
        Assert.Throws<ArgumentException>(() => index.Build([1], new ulong[3]));
        Assert.Throws<ArgumentException>(() => index.Search(new ulong[1], 1));
        Assert.Throws<ArgumentException>(() => index.SearchRange(new ulong[1], 1));
        Assert.Throws<ArgumentException>(() => index.SearchBatch(new ulong[3], 1));
        Assert.Throws<ArgumentException>(() => index.TryGetCode(1, new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Add(-1, new ulong[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Add([-1], new ulong[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new ulong[2], 0));
        foreach (var bits in new[] { 0, -64, 63, 100, 4160 })
            Assert.Throws<ArgumentOutOfRangeException>(() => Create(bits));
        Assert.Equal(10, index.Count);
    }

    [Fact]
    public void Disposed_index_refuses_every_call()
    {
        var index = Filled(64, 10, 11, out _);
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Count);
        Assert.Throws<ObjectDisposedException>(() => index.Add(1, new ulong[1]));
        Assert.Throws<ObjectDisposedException>(() => index.Remove(1));
        Assert.Throws<ObjectDisposedException>(() => index.Contains(1));
        Assert.Throws<ObjectDisposedException>(() => index.Search(new ulong[1], 1));
        Assert.Throws<ObjectDisposedException>(() => index.SearchBatch(new ulong[1], 1));
        Assert.Throws<ObjectDisposedException>(() => index.SearchRange(new ulong[1], 1));
        Assert.Throws<ObjectDisposedException>(() => index.Verify());
    }

    private static ulong[] Code(int bits, long seed)
    {
        var random = new SeededRandom(seed);
        var code = new ulong[bits / 64];
        foreach (ref var word in code.AsSpan())
            word = random.NextUInt64();
        return code;
    }

    private static IEnumerable<Hit> Nearest(Dictionary<long, ulong[]> truth, ulong[] query) => truth
        .Select(row => new Hit(row.Key, row.Value.Zip(query, (a, b) => BitOperations.PopCount(a ^ b)).Sum()))
        .OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id);

    private ICodeIndex Filled(int bits, int rows, long seed, out Dictionary<long, ulong[]> truth)
    {
        truth = Enumerable.Range(0, rows).ToDictionary(row => (long)row, row => Code(bits, (seed * 1_000_000) + row));
        var index = Create(bits);
        index.Build([.. truth.Keys], [.. truth.Values.SelectMany(code => code)]);
        return index;
    }
}
