using System.Buffers.Binary;
using System.IO.Hashing;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Files;

/// <summary>Files whose checksums are right and whose numbers lie, and headers of random bytes.</summary>
public sealed class HostileFileTests
{
    private const int MetricAt = 32;
    private const int DimensionAt = 36;
    private const int CountAt = 40;
    private const int SectionsAt = 56;
    private const int FileLengthAt = 64;
    private const int FirstSection = 72;

    public static TheoryData<int, int, long> Lies => new()
    {
        { CountAt, 8, -1 },
        { CountAt, 8, 101 },
        { CountAt, 8, 99 },
        { CountAt, 8, int.MaxValue },
        { CountAt, 8, long.MaxValue },
        { CountAt, 8, 1L << 61 },
        { DimensionAt, 4, 0 },
        { DimensionAt, 4, -5 },
        { DimensionAt, 4, 6 },
        { DimensionAt, 4, int.MaxValue },
        { DimensionAt, 4, 1 << 30 },
        { MetricAt, 4, 3 },
        { MetricAt, 4, 4 },
        { MetricAt, 4, -1 },
        { SectionsAt, 4, 0 },
        { SectionsAt, 4, -1 },
        { SectionsAt, 4, int.MaxValue },
        { FileLengthAt, 8, 0 },
        { FileLengthAt, 8, -1 },
        { FileLengthAt, 8, long.MaxValue },
        { FirstSection + 16, 8, 0 },
        { FirstSection + 16, 8, -64 },
        { FirstSection + 16, 8, long.MaxValue },
        { FirstSection + 16, 8, 1L << 40 },
        { FirstSection + 24, 8, -1 },
        { FirstSection + 24, 8, long.MaxValue },
        { FirstSection + 24, 8, 0 },
        { FirstSection + 40 + 16, 8, 192 },
        { FirstSection + 40 + 24, 8, 1L << 62 },
        { FirstSection, 1, 'x' },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Lying_header_is_refused(int at, int size, long value)
    {
        using var folder = new TemporaryFolder();
        var bytes = Saved(folder["a.index"]);
        var header = bytes.AsSpan(0, BitConverter.ToInt32(bytes, 12));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        number[..size].CopyTo(header[at..]);
        Seal(header);
        File.WriteAllBytes(folder["a.index"], bytes);
        Assert.Throws<IndexFileException>(() => ExactVectorIndex.Open(folder["a.index"]));
    }

    [Fact]
    public void Lying_header_of_codes_is_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (var (at, value) in new[] { (MetricAt, 0), (DimensionAt, 65), (DimensionAt, 8192), (DimensionAt, 128) })
        {
            using (var index = new ExactCodeIndex(64))
            {
                index.Build([1, 2], new ulong[2]);
                index.Save(folder["a.index"]);
            }
            var bytes = File.ReadAllBytes(folder["a.index"]);
            var header = bytes.AsSpan(0, BitConverter.ToInt32(bytes, 12));
            BinaryPrimitives.WriteInt32LittleEndian(header[at..], value);
            Seal(header);
            File.WriteAllBytes(folder["a.index"], bytes);
            Assert.Throws<IndexFileException>(() => ExactCodeIndex.Open(folder["a.index"]));
        }
    }

    [Theory]
    [InlineData(-7)]
    [InlineData(1)]
    public void Impossible_ids_are_found_when_they_matter(long id)
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = Saved(path);
        var idsAt = BitConverter.ToInt32(bytes, FirstSection + 16);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(idsAt), id);
        // The checksum is made to fit, so only the ids themselves can tell.
        var header = bytes.AsSpan(0, BitConverter.ToInt32(bytes, 12));
        BinaryPrimitives.WriteUInt64LittleEndian(header[(FirstSection + 32)..], XxHash64.HashToUInt64(bytes.AsSpan(idsAt, 100 * sizeof(long))));
        Seal(header);
        File.WriteAllBytes(path, bytes);

        using var index = ExactVectorIndex.Open(path);
        var problem = Assert.Single(index.Verify().Problems);
        Assert.Contains(id < 0 ? "negative" : "twice", problem, StringComparison.Ordinal);
        Assert.Throws<IndexFileException>(() => index.Contains(5));
        Assert.Throws<IndexFileException>(() => index.Add(5, new float[3]));
        Assert.Equal(10, index.Search(new float[3], 10).Count);
    }

    [Fact]
    public void Not_finite_payload_is_found_by_verify_and_never_returned()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var bytes = Saved(path);
        var rowsAt = BitConverter.ToInt32(bytes, FirstSection + 40 + 16);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(rowsAt), float.NaN);
        // The checksum is made to fit, so only the rows themselves can tell.
        var header = bytes.AsSpan(0, BitConverter.ToInt32(bytes, 12));
        BinaryPrimitives.WriteUInt64LittleEndian(header[(FirstSection + 40 + 32)..], XxHash64.HashToUInt64(bytes.AsSpan(rowsAt, 100 * 3 * sizeof(float))));
        Seal(header);
        File.WriteAllBytes(path, bytes);
        using var index = ExactVectorIndex.Open(path);
        Assert.Single(index.Verify().Problems);
        Assert.DoesNotContain(index.Search(new float[3], 100), hit => float.IsNaN(hit.Distance));
    }

    [Fact]
    public void Mutated_files_never_crash_the_reader()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.index"];
        var original = Saved(path);
        var headerLength = BitConverter.ToInt32(original, 12);
        var random = new SeededRandom(2);
        var opened = 0;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var change = 0; change <= random.NextInt(4); change++)
                bytes[8 + random.NextInt(headerLength - 8)] = (byte)random.NextUInt64();
            if (random.NextInt(3) > 0)
                Seal(bytes.AsSpan(0, headerLength));
            File.WriteAllBytes(path, bytes);
            try
            {
                using var index = ExactVectorIndex.Open(path);
                opened++;
                index.Search(new float[index.Dimension], 3);
                index.Verify();
            }
            catch (IndexFileException)
            {
                // Refused, as it should be; anything else fails the test.
            }
        }
        // Changes of generation, checksums of sections and reserved bytes do not stop a file from opening.
        Assert.InRange(opened, 1, 1000);
    }

    private static byte[] Saved(string path)
    {
        using var index = new ExactVectorIndex(3, Metric.L2);
        var vectors = new Matrix(100, 3);
        var random = new SeededRandom(1);
        foreach (ref var x in vectors.Span)
            x = (float)random.NextGaussian();
        index.Build([.. Enumerable.Range(0, 100).Select(i => (long)i)], vectors);
        index.Save(path);
        return File.ReadAllBytes(path);
    }

    private static void Seal(Span<byte> header) =>
        BinaryPrimitives.WriteUInt64LittleEndian(header[^8..], XxHash64.HashToUInt64(header[..^8]));
}
