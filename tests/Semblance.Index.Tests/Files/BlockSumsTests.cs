using Semblance.Index.Files;
using Semblance.Index.Tests.Conformance;
using Semblance.Index.Tests.Fuzzing;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Files;

/// <summary>Large files are checked block by block, when a block is first touched.</summary>
public sealed class BlockSumsTests
{
    // Few rows of many elements, so that the file is large and the graph is built soon.
    private const int Dimension = 4000;
    private const int Rows = 4300;

    [Fact]
    public unsafe void A_damaged_block_is_found_when_it_is_touched_and_no_other_is_touched()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = new ExactVectorIndex(16, Metric.L2))
        {
            index.Build(Ids(3000), NaiveVectors.Gaussian(3000, 16, 1));
            index.Save(path);
        }
        var sound = File.ReadAllBytes(path);
        var length = 3000L * 16 * sizeof(float);
        int rowsAt, block;
        using (var file = MappedIndexFile.Open(path, ExactVectorIndex.KindName, wholeBelow: 0))
        {
            rowsAt = BitConverter.ToInt32(sound, IndexFileLayout.FixedHeader + IndexFileLayout.SectionEntry + 16);
            var blocks = file.UncheckedBlocks;
            block = 1 << BitConverter.ToInt32(sound, sound.Length - (int)(8 * (blocks + 1)));
            Assert.Equal((rowsAt + length + block - 1) / block, blocks);
            Assert.False(file.IsChecked);
            file.Section("rows", (UInt128)length);
            file.Section("ids", 3000 * sizeof(long));
            Assert.True(file.IsChecked);
        }
        // One bit in each block of the rows.
        for (var at = rowsAt; at < rowsAt + length; at += block)
        {
            var damaged = (byte[])sound.Clone();
            damaged[at] ^= 4;
            File.WriteAllBytes(path, damaged);
            using var file = MappedIndexFile.Open(path, ExactVectorIndex.KindName, wholeBelow: 0);
            var rows = (byte*)file.UncheckedSection("rows", (UInt128)length);
            for (long piece = 0; piece < length; piece += 512)
            {
                var count = Math.Min(512, length - piece);
                if ((rowsAt + piece) / block > at / block || (rowsAt + piece + count - 1) / block < at / block)
                {
                    file.Check(rows + piece, count);
                    continue;
                }
                var found = Assert.Throws<IndexFileException>(() => file.Check(rows + piece, count));
                Assert.Contains(path, found.Message, StringComparison.Ordinal);
                Assert.Contains($"from byte {at / block * block} on", found.Message, StringComparison.Ordinal);
            }
            // That one, and those of the ids before the rows.
            Assert.Equal(1 + (rowsAt / block), file.UncheckedBlocks);
            var problems = new List<string>();
            file.Verify(problems);
            Assert.Single(problems);
        }
    }

    [Fact]
    public void Small_files_are_checked_whole_and_name_the_damaged_section()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = new ExactVectorIndex(3, Metric.L2))
        {
            index.Build(Ids(100), NaiveVectors.Gaussian(100, 3, 1));
            index.Save(path);
        }
        var sound = File.ReadAllBytes(path);
        var random = new SeededRandom(1);
        for (var round = 0; round < 200; round++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[random.NextInt(sound.Length)] ^= (byte)(1 << random.NextInt(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                // What opens all the same lies between two sections, and nobody reads it.
                using var opened = ExactVectorIndex.Open(path);
                Assert.False(opened.Verify().Ok);
            }
            catch (IndexFileException refused)
            {
                Assert.Contains(path, refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Files_of_older_releases_open_and_are_checked_by_verify()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        using (var index = new ExactVectorIndex(3, Metric.L2))
        {
            index.Build(Ids(100), NaiveVectors.Gaussian(100, 3, 1));
            index.Save(path);
        }
        var old = IndexFileMutation.WithoutBlockSums(File.ReadAllBytes(path));
        File.WriteAllBytes(path, old);
        using (var opened = ExactVectorIndex.Open(path))
        {
            Assert.True(opened.Verify().Ok);
            Assert.Equal(7, opened.NeighboursOf([3], 7)[0].Count);
        }
        old[^1] ^= 1;
        File.WriteAllBytes(path, old);
        using var large = MappedIndexFile.Open(path, ExactVectorIndex.KindName, wholeBelow: 0);
        Assert.True(large.IsChecked);
        var problems = new List<string>();
        large.Verify(problems);
        Assert.Contains("rows", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_in_a_large_file_touches_what_it_needs_and_never_answers_from_damage()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var vectors = NaiveVectors.Gaussian(Rows, Dimension, 1);
        using (var index = new HnswIndex(Dimension, Metric.L2, new HnswOptions { Storage = VectorStorage.Float32, EfConstruction = 16, M = 8 }))
        {
            index.Build(Ids(Rows), vectors);
            index.Save(path);
        }
        var sound = File.ReadAllBytes(path);
        Assert.True(sound.Length >= MappedIndexFile.WholeBelow);
        IReadOnlyList<Hit> few, all;
        var narrow = new SearchOptions { Effort = 10 };
        var wide = new SearchOptions { Effort = Rows };
        using (var opened = HnswIndex.Open(path))
        {
            few = opened.Search(vectors.Row(5), 10, narrow);
            all = opened.Search(vectors.Row(5), 10, wide);
            Assert.True(opened.Verify().Ok);
        }
        var random = new SeededRandom(3);
        var (answered, found) = (0, 0);
        using (var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            for (var round = 0; round < 40; round++)
            {
                var at = random.NextInt(sound.Length - (1 << 16)) + (1 << 14);
                Put(at, (byte)(sound[at] ^ 0x10));
                using (var opened = HnswIndex.Open(path))
                {
                    try
                    {
                        Assert.Equal(few, opened.Search(vectors.Row(5), 10, narrow));
                        answered++;
                    }
                    catch (IndexFileException)
                    {
                    }
                    try
                    {
                        Assert.Equal(all, opened.Search(vectors.Row(5), 10, wide));
                        opened.Warm();
                        Assert.Equal(all, opened.Search(vectors.Row(5), 10, wide));
                    }
                    catch (IndexFileException damaged)
                    {
                        Assert.Contains("byte", damaged.Message, StringComparison.Ordinal);
                        found++;
                    }
                    Assert.False(opened.Verify().Ok);
                }
                Put(at, sound[at]);
            }

            void Put(int at, byte value)
            {
                writer.Position = at;
                writer.WriteByte(value);
                writer.Flush();
            }
        }
        // Ten candidates touch few blocks; as many as there are rows touch all.
        Assert.InRange(answered, 20, 40);
        Assert.InRange(found, 35, 40);
    }

    private static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(id => (long)id)];
}
