using System.Buffers.Binary;
using Semblance.Index.Files;
using Semblance.Index.Tests.Conformance;
using Semblance.Index.Tests.Fuzzing;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Segments;

/// <summary>What kinds that are made of segments must do beyond <see cref="VectorIndexConformance"/>.</summary>
public abstract class SegmentedIndexConformance : VectorIndexConformance
{
    /// <summary>Recall@10 at the default effort on 10,000 × 50 Gaussian clusters, a little below what was measured.</summary>
    protected abstract double ClusterRecall { get; }

    /// <summary>An effort that leaves most of 10,000 rows alone.</summary>
    protected abstract int LittleEffort { get; }

    /// <summary>An index with the kind's default options, but for the threads and the storage.</summary>
    protected abstract VectorIndex CreateDefault(int dimension, Metric metric, int threads = 1, VectorStorage storage = VectorStorage.Float32);

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Recall_rises_with_effort(Metric metric)
    {
        var (rows, queries) = ClusteredVectors.Make(10_000, 50, 100, 0.5f, 40);
        using var index = CreateDefault(50, metric);
        using var exact = new ExactVectorIndex(50, metric);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var little = ClusteredVectors.Measure(index, exact, queries, LittleEffort);
        var some = ClusteredVectors.Measure(index, exact, queries, LittleEffort * 4);
        var all = ClusteredVectors.Measure(index, exact, queries, int.MaxValue);
        Assert.InRange(little.Visited, 10, some.Visited - 1);
        Assert.InRange(some.Visited, 10, 5000);
        Assert.True(some.Recall > little.Recall, $"{little.Recall} at {LittleEffort}, {some.Recall} at {LittleEffort * 4}");
        Assert.Equal(1, all.Recall);
    }

    [Fact]
    public void Clusters_are_found_at_the_default_effort()
    {
        var (rows, queries) = ClusteredVectors.Make(10_000, 50, 100, 0.5f, 41);
        using var index = CreateDefault(50, Metric.L2);
        using var exact = new ExactVectorIndex(50, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        var (recall, visited) = ClusteredVectors.Measure(index, exact, queries, null);
        Assert.True(recall >= ClusterRecall, $"recall@10 is {recall}, {visited} rows visited");
        Assert.True(visited < 8000, $"{visited} rows visited");
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Same_rows_make_the_same_file_on_any_number_of_threads(Metric metric)
    {
        using var folder = new TemporaryFolder();
        var (rows, _) = ClusteredVectors.Make(9000, 10, 20, 1, 42);
        foreach (var threads in new[] { 1, 3 })
        {
            using var index = CreateDefault(10, metric, threads);
            index.Build(ClusteredVectors.Ids(rows.Rows), rows);
            index.Save(folder[$"{threads}.index"]);
        }
        Assert.Equal(File.ReadAllBytes(folder["1.index"]), File.ReadAllBytes(folder["3.index"]));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Rows_added_one_by_one_are_found_at_little_effort(Metric metric)
    {
        var (rows, _) = ClusteredVectors.Make(2600, 12, 30, 0.5f, 43);
        using var index = CreateDefault(12, metric);
        index.Build(ClusteredVectors.Ids(1000), rows.Slice(0, 1000));
        for (var row = 1000; row < rows.Rows; row++)
        {
            index.Add(row, rows.Row(row));
            // A row is found by itself whether it is in the tail or in one of the segments; under inner product a longer one may win.
            if (row % 37 == 0 && metric != Metric.InnerProduct)
                Assert.Equal(row, index.Search(rows.Row(row), 1)[0].Id);
        }
        Assert.Empty(index.Verify().Problems);
        using var exact = new ExactVectorIndex(12, metric);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        Assert.Equal(1, ClusteredVectors.Measure(index, exact, rows.Slice(0, 50), int.MaxValue).Recall);
        var (recall, _) = ClusteredVectors.Measure(index, exact, rows.Slice(0, 50), null);
        Assert.True(recall > 0.9, $"recall@10 is {recall}");
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Compaction_keeps_what_is_left_reachable(Metric metric)
    {
        using var folder = new TemporaryFolder();
        var (rows, queries) = ClusteredVectors.Make(6000, 12, 30, 0.5f, 44, 20);
        using var index = CreateDefault(12, metric);
        using var exact = new ExactVectorIndex(12, metric);
        index.Build(ClusteredVectors.Ids(5000), rows.Slice(0, 5000));
        index.Add([.. Enumerable.Range(5000, 1000).Select(id => (long)id)], rows.Slice(5000, 1000));
        exact.Build(ClusteredVectors.Ids(6000), rows);
        // First a third goes, which leaves the trees as they are, then so much that they are built again.
        foreach (var step in new[] { 3, 2, 5 })
        {
            for (long id = 0; id < 6000; id += step)
                Assert.Equal(exact.Remove(id), index.Remove(id));
            index.Compact();
            Assert.Equal(0, index.Statistics.Deleted);
            Assert.Empty(index.Verify().Problems);
            Assert.Equal(1, ClusteredVectors.Measure(index, exact, queries, int.MaxValue).Recall);
            index.Save(folder["a.index"]);
            using var opened = (VectorIndex)Open(folder["a.index"]);
            Assert.Empty(opened.Verify().Problems);
            Assert.Equal(index.Search(queries.Row(0), 10), opened.Search(queries.Row(0), 10));
        }
    }

    [Fact]
    public void Filter_of_one_in_eight_still_fills_the_answer()
    {
        static bool Passes(long id) => id * 7919 % 1009 % 8 == 3;
        var (rows, queries) = ClusteredVectors.Make(20_000, 12, 30, 0.5f, 45, 20);
        using var index = CreateDefault(12, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        for (var q = 0; q < queries.Rows; q++)
        {
            var trace = new SearchTrace();
            var hits = index.Search(queries.Row(q), 10, new SearchOptions { Filter = Passes, Trace = trace });
            Assert.Equal(10, hits.Count);
            Assert.All(hits, hit => Assert.True(Passes(hit.Id)));
            // Led to them, not by scanning.
            Assert.False(trace.Scanned);
        }
    }

    [Fact]
    public void Rows_of_eight_bits_lead_to_themselves()
    {
        using var folder = new TemporaryFolder();
        var (rows, _) = ClusteredVectors.Make(3000, 24, 20, 0.5f, 51);
        using var index = CreateDefault(24, Metric.L2, storage: VectorStorage.Byte);
        index.Build(ClusteredVectors.Ids(2700), rows.Slice(0, 2700));
        index.Add([.. Enumerable.Range(2700, 300).Select(id => (long)id)], rows.Slice(2700, 300));
        for (var row = 0; row < rows.Rows; row += 50)
            Assert.Equal(row, index.Search(rows.Row(row), 1)[0].Id);
        Assert.Empty(index.Verify().Problems);
        index.Save(folder["a.index"]);
        using var opened = (VectorIndex)Open(folder["a.index"]);
        Assert.Equal(VectorStorage.Byte, opened.Storage);
        Assert.Equal(index.Search(rows.Row(5), 10), opened.Search(rows.Row(5), 10));
    }

    [Fact]
    public void Opened_index_is_mapped_until_it_is_warmed()
    {
        using var folder = new TemporaryFolder();
        var (rows, queries) = ClusteredVectors.Make(3000, 20, 10, 1, 46, 5);
        using var index = CreateDefault(20, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        Assert.Equal(0, index.Statistics.MappedBytes);
        index.Save(folder["a.index"]);
        using var opened = (VectorIndex)Open(folder["a.index"]);
        Assert.Equal(index.Statistics.BytesPerVector, opened.Statistics.BytesPerVector);
        var mapped = opened.Statistics.MappedBytes;
        // Rows and ids, and nearly all of the structure.
        Assert.InRange(mapped, rows.Rows * 92, opened.Statistics.BytesTotal);
        var before = opened.Search(queries.Row(1), 10);
        opened.Warm();
        Assert.InRange(opened.Statistics.MappedBytes, 0, mapped - (4 * rows.Rows));
        Assert.Equal(before, opened.Search(queries.Row(1), 10));
        opened.Warm();
        Assert.Equal(before, opened.Search(queries.Row(1), 10));
        Assert.Empty(opened.Verify().Problems);
    }

    [Fact]
    public void Tuned_index_reaches_the_recall_it_was_asked_for()
    {
        var (rows, queries) = ClusteredVectors.Make(5000, 20, 50, 0.5f, 47);
        using var index = CreateDefault(20, Metric.L2);
        using var exact = new ExactVectorIndex(20, Metric.L2);
        index.Build(ClusteredVectors.Ids(rows.Rows), rows);
        exact.Build(ClusteredVectors.Ids(rows.Rows), rows);
        index.DefaultTargetRecall = 0.95f;
        index.Tune(100);
        Assert.True(index.RecallCurve!.Points[^1].Recall >= 0.999);
        Assert.InRange(ClusteredVectors.Measure(index, exact, queries, null).Recall, 0.9, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Lying_files_never_crash_a_search_nor_keep_it(int width)
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var (rows, _) = ClusteredVectors.Make(2300, 6, 10, 1, 48);
        using (var index = CreateDefault(6, Metric.L2))
        {
            index.Build(ClusteredVectors.Ids(2000), rows.Slice(0, 2000));
            // Enough for a second segment and a tail.
            index.Add([.. Enumerable.Range(2000, 290).Select(id => (long)id)], rows.Slice(2000, 290));
            index.Add(2290, rows.Row(2290));
            index.Remove(7);
            index.Save(path);
        }
        var original = IndexFileMutation.WithoutBlockSums(File.ReadAllBytes(path));
        var random = new SeededRandom(49);
        var structure = Sections(original).Where(section => section.Name is not ("ids" or "rows" or "removed")).ToArray();
        var opened = 0;
        for (var round = 0; round < 150; round++)
        {
            var bytes = (byte[])original.Clone();
            var section = structure[round % structure.Length];
            for (var change = 0; change <= random.NextInt(3); change++)
            {
                var at = section.Offset + (random.NextInt(section.Length / 4) * 4);
                // Numbers near those that are there: children that lead back, rows of others.
                if (width == 1)
                    bytes[at] = (byte)random.NextInt(256);
                else
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), random.NextInt(3) == 0 ? (int)random.NextUInt64() : random.NextInt(200));
            }
            // With the checksums of what it says: a lie, and no damage that opening finds.
            File.WriteAllBytes(path, IndexFileMutation.WithoutBlockSums(bytes));
            try
            {
                using var index = (VectorIndex)Open(path);
                opened++;
                foreach (var effort in new[] { 1, 50, int.MaxValue })
                    index.Search(rows.Row(round), 10, new SearchOptions { Effort = effort });
                index.Verify();
                index.Warm();
                index.Add(9999, rows.Row(0));
                index.Compact();
                index.Search(rows.Row(round), 10, new SearchOptions { Filter = id => id % 2 == 0 });
            }
            catch (IndexFileException)
            {
                // Refused, as it may be; anything else fails the test.
            }
        }
        Assert.InRange(opened, 20, 150);
    }

    /// <summary>The sections of an index file that has been read.</summary>
    private static IEnumerable<(string Name, int Offset, int Length)> Sections(byte[] bytes)
    {
        for (var i = 0; i < BitConverter.ToInt32(bytes, 56); i++)
        {
            var entry = IndexFileLayout.FixedHeader + (i * IndexFileLayout.SectionEntry);
            var name = System.Text.Encoding.ASCII.GetString(bytes, entry, 16).TrimEnd('\0');
            var length = BitConverter.ToInt32(bytes, entry + 24);
            if (length > 0)
                yield return (name, BitConverter.ToInt32(bytes, entry + 16), length);
        }
    }
}
