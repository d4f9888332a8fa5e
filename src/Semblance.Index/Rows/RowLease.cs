using Semblance.Index.Files;

namespace Semblance.Index.Rows;

/// <summary>A reader's hold on a snapshot: while it is not disposed, the mapped file under the rows stays mapped.</summary>
internal readonly struct RowLease<T>(RowSnapshot<T> snapshot, MappedIndexFile? file) : IDisposable
    where T : unmanaged
{
    public RowSnapshot<T> Snapshot { get; } = snapshot;

    public void Dispose()
    {
        file?.Release();
        // Memory that the snapshot's structure holds is freed by its finalizer: not before the reader is done.
        GC.KeepAlive(Snapshot);
    }
}
