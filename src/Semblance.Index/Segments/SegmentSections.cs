using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Segments;

/// <summary>
/// Segments in an index file. Section <c>segments</c>: for each its first position, rows, rows when built, then the elements of each of
/// its arrays, 8 bytes each. Every array has a section, in which those of all segments follow one another.
/// Section <c>options</c>: the kind's options that a search or a later change needs, 4 bytes each.
/// </summary>
internal static class SegmentSections
{
    private const string Table = "segments";
    private const string Options = "options";
    private const int Head = 3;

    public static IEnumerable<IndexFileSection> Write(IReadOnlyList<Segment> segments, IReadOnlyList<string> names, int[] options)
    {
        var table = new List<long>();
        foreach (var segment in segments)
        {
            table.AddRange([segment.First, segment.Count, segment.Built]);
            table.AddRange(segment.Arrays.Select(array => (long)array.Length));
        }
        yield return Numbers<int>(Options, options);
        yield return Numbers<long>(Table, [.. table]);
        for (var i = 0; i < names.Count; i++)
        {
            var arrays = segments.Select(segment => segment.Arrays[i]).ToArray();
            yield return new IndexFileSection(names[i], arrays.Sum(array => array.Bytes), sink =>
            {
                foreach (var array in arrays)
                    array.Write(sink);
            });
        }
    }

    /// <summary>The kind's options: as many as there are <paramref name="ranges"/>, each within its own, ends included.</summary>
    public static unsafe int[] ReadSettings(MappedIndexFile file, params ReadOnlySpan<(int Least, int Most)> ranges)
    {
        var settings = new ReadOnlySpan<int>(file.Section(Options, (UInt128)ranges.Length * sizeof(int)), ranges.Length).ToArray();
        for (var i = 0; i < settings.Length; i++)
        {
            if (settings[i] < ranges[i].Least || settings[i] > ranges[i].Most)
                throw file.Damaged($"is damaged: its option {i} is {settings[i]}");
        }
        return settings;
    }

    /// <summary>The table, a row a segment; the segments cover the first positions without a gap.</summary>
    public static unsafe SegmentEntry[] ReadTable(MappedIndexFile file, int arrays, int positions)
    {
        var width = Head + arrays;
        var length = file.SectionLength(Table) ?? 0;
        if (length % (width * sizeof(long)) != 0 || length / sizeof(long) > int.MaxValue)
            throw file.Damaged("is damaged: its table of segments has a wrong length");
        var numbers = new ReadOnlySpan<long>(file.Section(Table, (UInt128)length), (int)(length / sizeof(long)));
        var entries = new SegmentEntry[numbers.Length / width];
        var end = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var row = numbers.Slice(i * width, width);
            if (row.ContainsAnyExceptInRange(0L, int.MaxValue) || row[0] != end || row[1] < 1 || row[1] > positions - end || row[2] < row[1])
                throw file.Damaged("is damaged: its table of segments contradicts itself");
            end += (int)row[1];
            entries[i] = new SegmentEntry((int)row[0], (int)row[1], (int)row[2], [.. row[Head..].ToArray().Select(elements => (int)elements)]);
        }
        return entries;
    }

    private static IndexFileSection Numbers<T>(string name, T[] numbers)
        where T : unmanaged => new(name, (long)numbers.Length * Unsafe.SizeOf<T>(), sink => sink.Write(MemoryMarshal.AsBytes<T>(numbers)));
}

/// <summary>A segment's row of the table.</summary>
internal sealed record SegmentEntry(int First, int Count, int Built, int[] Lengths);
