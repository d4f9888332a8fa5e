using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Rows;

/// <summary>The rows of a snapshot as sections of an index file.</summary>
internal static class RowSections
{
    public const string Ids = "ids";
    public const string Rows = "rows";

    /// <summary>The live rows; removed ones are left out.</summary>
    public static IEnumerable<IndexFileSection> Live<T>(RowSnapshot<T> snapshot, int width, string rowsName = Rows, bool packIds = false)
        where T : unmanaged => Sections(snapshot, snapshot.Count, width, rowsName, packIds, static (block, rows) => block.LiveRuns(rows));

    /// <summary>All rows at their positions, and which of them are removed.</summary>
    public static IEnumerable<IndexFileSection> AtPositions<T>(RowSnapshot<T> snapshot, int width, string rowsName = Rows, bool packIds = false)
        where T : unmanaged =>
        [.. Sections(snapshot, snapshot.Positions, width, rowsName, packIds, static (_, rows) => [(0, rows)]), RemovedRows.Write(snapshot)];

    private static IEnumerable<IndexFileSection> Sections<T>(
        RowSnapshot<T> snapshot, int count, int width, string rowsName, bool packIds, Func<RowBlock<T>, int, IEnumerable<(int Start, int Count)>> runs)
        where T : unmanaged =>
    [
        .. packIds ? PackedIdSections.Write(IdsOf(snapshot, runs), count) : [PlainIds(snapshot, count, runs)],
        new(rowsName, (long)count * width * Unsafe.SizeOf<T>(), sink => ForEachRun(snapshot, runs, (block, start, rows) =>
            sink.Write(MemoryMarshal.AsBytes(block.Rows(start, rows))))),
    ];

    private static IndexFileSection PlainIds<T>(RowSnapshot<T> snapshot, int count, Func<RowBlock<T>, int, IEnumerable<(int Start, int Count)>> runs)
        where T : unmanaged =>
        new(Ids, (long)count * sizeof(long), sink => ForEachRun(snapshot, runs, (block, start, rows) =>
        {
            Span<long> piece = stackalloc long[1024];
            for (var done = 0; done < rows; done += piece.Length)
            {
                var ids = piece[..Math.Min(piece.Length, rows - done)];
                block.CopyIds(start + done, ids);
                sink.Write(MemoryMarshal.AsBytes(ids));
            }
        }));

    private static IEnumerable<long> IdsOf<T>(RowSnapshot<T> snapshot, Func<RowBlock<T>, int, IEnumerable<(int Start, int Count)>> runs)
        where T : unmanaged
    {
        for (var b = 0; b < snapshot.Blocks.Length; b++)
        {
            var block = snapshot.Blocks[b];
            foreach (var (start, count) in runs(block, snapshot.RowsIn(b)))
            {
                for (var i = 0; i < count; i++)
                    yield return block.Id(start + i);
            }
        }
    }

    private static void ForEachRun<T>(
        RowSnapshot<T> snapshot, Func<RowBlock<T>, int, IEnumerable<(int Start, int Count)>> runs, Action<RowBlock<T>, int, int> write)
        where T : unmanaged
    {
        for (var b = 0; b < snapshot.Blocks.Length; b++)
        {
            var block = snapshot.Blocks[b];
            foreach (var (start, count) in runs(block, snapshot.RowsIn(b)))
                write(block, start, count);
        }
    }
}
