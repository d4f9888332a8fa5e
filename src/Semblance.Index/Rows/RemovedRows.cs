using System.Numerics;
using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Rows;

/// <summary>
/// The marks of removed rows in an index file. Kinds whose structure speaks of positions save removed rows with the others, because
/// leaving them out would move every position behind them. Section <c>removed</c>: the number of positions (8 bytes), then one bit
/// a position. A file without it holds live rows only.
/// </summary>
internal sealed class RemovedRows
{
    private const string Section = "removed";

    private readonly ulong[]? _marks;

    private RemovedRows(int positions, ulong[]? marks)
    {
        Positions = positions;
        _marks = marks;
        Count = marks is null ? 0 : marks.Sum(BitOperations.PopCount);
    }

    public int Positions { get; }

    public int Count { get; }

    public static unsafe RemovedRows Read(MappedIndexFile file)
    {
        if (file.SectionLength(Section) is not { } length)
            return new RemovedRows((int)file.Header.Count, null);
        var words = new ReadOnlySpan<ulong>(file.Section(Section, (UInt128)length), checked((int)Math.Min(length / sizeof(ulong), int.MaxValue)));
        if (length % sizeof(ulong) != 0 || words.Length == 0 || words[0] > int.MaxValue || (ulong)(words.Length - 1) != (words[0] + 63) / 64)
            throw file.Damaged("is damaged: its marks of removed rows contradict themselves");
        var removed = new RemovedRows((int)words[0], words[1..].ToArray());
        var beyond = removed.Positions % 64 == 0 ? 0 : removed._marks![^1] >> (removed.Positions % 64);
        if (beyond != 0 || removed.Positions - removed.Count != file.Header.Count)
            throw file.Damaged("is damaged: its marks of removed rows contradict its count");
        return removed;
    }

    public static IndexFileSection Write<T>(RowSnapshot<T> rows)
        where T : unmanaged
    {
        var words = new ulong[1 + ((rows.Positions + 63) / 64)];
        words[0] = (ulong)rows.Positions;
        for (var position = 0; position < rows.Positions; position++)
        {
            if (rows.IsDeleted(position))
                words[1 + (position >> 6)] |= 1UL << (position & 63);
        }
        return new IndexFileSection(Section, (long)words.Length * sizeof(ulong), sink => sink.Write(MemoryMarshal.AsBytes<ulong>(words)));
    }

    /// <summary>The marks of a block's rows; null when none is set. Blocks begin on multiples of 64.</summary>
    public ulong[]? MarksOf(int first, int count)
    {
        if (_marks is null)
            return null;
        var marks = _marks.AsSpan(first / 64, (count + 63) / 64);
        return marks.ContainsAnyExcept(0UL) ? marks.ToArray() : null;
    }
}
