using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Rows;

/// <summary>
/// Packed ids in an index file, as <see cref="PackedIds"/> for all rows in a row: section <c>id-bases</c>, 8 bytes a group;
/// <c>id-widths</c>, 1 byte a group; <c>id-offsets</c>, what exceeds the bases, group after group.
/// </summary>
internal static unsafe class PackedIdSections
{
    private const string Bases = "id-bases";
    private const string Widths = "id-widths";
    private const string Offsets = "id-offsets";

    public static bool Has(MappedIndexFile file) => file.SectionLength(Widths) is not null;

    /// <summary>The ids of each block of <paramref name="perBlock"/> rows.</summary>
    public static PackedIds[] Open(MappedIndexFile file, int count, int perBlock)
    {
        var groups = PackedIds.Groups(count);
        var bases = (long*)file.Section(Bases, (UInt128)groups * sizeof(long));
        var widths = new ReadOnlySpan<byte>(file.Section(Widths, (UInt128)groups), groups);
        long length = 0;
        for (var group = 0; group < groups; group++)
        {
            if (!PackedIds.IsWidth(widths[group]))
                throw file.Damaged($"is damaged: it packs ids into {widths[group]} bytes");
            length += (long)widths[group] * Math.Min(PackedIds.GroupRows, count - (group * PackedIds.GroupRows));
        }
        var data = (byte*)file.Section(Offsets, (UInt128)length);
        var blocks = new PackedIds[(count + perBlock - 1) / perBlock];
        for (var block = 0; block < blocks.Length; block++)
        {
            var rows = Math.Min(perBlock, count - (block * perBlock));
            var first = block * perBlock / PackedIds.GroupRows;
            blocks[block] = new PackedIds(bases + first, widths.Slice(first, PackedIds.Groups(rows)).ToArray(), data, rows, out var held);
            data += held;
        }
        return blocks;
    }

    /// <param name="ids">Yields the same <paramref name="count"/> ids each time it is walked.</param>
    public static IEnumerable<IndexFileSection> Write(IEnumerable<long> ids, int count)
    {
        var bases = new long[PackedIds.Groups(count)];
        var widths = new byte[bases.Length];
        long length = 0;
        var next = 0;
        foreach (var group in ids.Chunk(PackedIds.GroupRows))
        {
            (bases[next], widths[next]) = PackedIds.Frame(group);
            length += (long)widths[next++] * group.Length;
        }
        return
        [
            new(Bases, (long)bases.Length * sizeof(long), sink => sink.Write(MemoryMarshal.AsBytes<long>(bases))),
            new(Widths, widths.Length, sink => sink.Write(widths)),
            new(Offsets, length, sink => WriteOffsets(ids, bases, widths, sink)),
        ];
    }

    private static void WriteOffsets(IEnumerable<long> ids, long[] bases, byte[] widths, IndexSectionSink sink)
    {
        var packed = new byte[PackedIds.GroupRows * sizeof(long)];
        var next = 0;
        foreach (var group in ids.Chunk(PackedIds.GroupRows))
        {
            PackedIds.Pack(group, bases[next], widths[next], packed);
            sink.Write(packed.AsSpan(0, group.Length * widths[next]));
            next++;
        }
    }
}
