using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Rows;

/// <summary>The live rows of a snapshot as sections of an index file; removed rows are left out.</summary>
internal static class RowSections
{
    public static IndexFileSection Ids<T>(string name, RowSnapshot<T> snapshot)
        where T : unmanaged =>
        new(name, (long)snapshot.Count * sizeof(long), sink => ForEachRun(snapshot, (block, start, count) =>
            sink.Write(MemoryMarshal.AsBytes(block.Ids(start, count)))));

    public static IndexFileSection Rows<T>(string name, RowSnapshot<T> snapshot, int width)
        where T : unmanaged =>
        new(name, (long)snapshot.Count * width * Unsafe.SizeOf<T>(), sink => ForEachRun(snapshot, (block, start, count) =>
            sink.Write(MemoryMarshal.AsBytes(block.Rows(start, count)))));

    private static void ForEachRun<T>(RowSnapshot<T> snapshot, Action<RowBlock<T>, int, int> write)
        where T : unmanaged
    {
        for (var b = 0; b < snapshot.Blocks.Length; b++)
        {
            var block = snapshot.Blocks[b];
            foreach (var (start, count) in block.LiveRuns(snapshot.RowsIn(b)))
                write(block, start, count);
        }
    }
}
