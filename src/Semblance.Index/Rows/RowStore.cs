using System.Runtime.CompilerServices;
using Semblance.Index.Files;
using Semblance.Index.Structures;

namespace Semblance.Index.Rows;

/// <summary>
/// Rows of one width under unique ids, for many readers beside one writer. Scans take the current <see cref="RowSnapshot{T}"/>
/// and need no lock; the writer prepares the next one beside it and publishes it with one store. Look-ups by id share a short lock
/// with publishing.
/// A mapped file is the first blocks of such a store: changes go into deletion marks and blocks in memory, never into the file.
/// </summary>
internal sealed class RowStore<T> : IDisposable
    where T : unmanaged
{
    // Large enough that per-block work vanishes, small enough that copying a mapped last block before the first change is cheap.
    private const int BlockBytes = 1 << 20;

    // A quarter of dead rows costs a scan a third more time; waiting for that many keeps compaction at four copies a removal.
    private const int CompactWhenOneIn = 4;
    private const int CompactAtLeast = 1024;

    private readonly Lock _writer = new();
    private readonly Lock _publish = new(); // Guards _map, and the pair of _map and _snapshot.
    private readonly IRowStructure<T>? _structure; // Over no rows: what every rebuilt structure is like.
    private readonly MappedIndexFile? _file;
    private readonly bool _packIds;
    private readonly int _blockShift;
    private RowSnapshot<T> _snapshot;
    private IdMap? _map; // Null until the first need after opening a file: searches do without.
    private bool _structureFailed; // A change broke off inside the structure: the next one builds it again.
    private volatile bool _disposed;

    /// <param name="width">Elements of a row.</param>
    /// <param name="structure">The structure over no rows that leads searches, if there is one.</param>
    /// <param name="packIds">For rows that are hardly larger than their ids.</param>
    public RowStore(int width, IRowStructure<T>? structure = null, bool packIds = false)
    {
        Width = width;
        _packIds = packIds;
        _structure = structure;
        _blockShift = ShiftFor(width);
        _snapshot = Empty();
        _map = new IdMap();
    }

    /// <summary>The rows of an opened file; the store owns it from now on.</summary>
    /// <param name="structure">As in the other constructor.</param>
    /// <param name="openStructure">Opens the structure over the file's rows.</param>
    public unsafe RowStore(
        int width, MappedIndexFile file, string idsSection, string rowsSection, IRowStructure<T>? structure = null, Func<RowSnapshot<T>, IRowStructure<T>>? openStructure = null,
        bool packIds = false)
    {
        Width = width;
        _packIds = packIds;
        _structure = structure;
        _file = file;
        _blockShift = ShiftFor(width);
        var rowBytes = checked(width * sizeof(T));
        var removed = RemovedRows.Read(file);
        var count = removed.Positions;
        var perBlock = 1 << _blockShift;
        var packed = PackedIdSections.Has(file) ? PackedIdSections.Open(file, count, perBlock) : null;
        var ids = packed is null ? (long*)file.UncheckedSection(idsSection, (UInt128)count * sizeof(long)) : null;
        var rows = (T*)file.UncheckedSection(rowsSection, (UInt128)count * (uint)rowBytes);
        var blocks = new RowBlock<T>[(count + perBlock - 1) >> _blockShift];
        for (var block = 0; block < blocks.Length; block++)
        {
            var first = block << _blockShift;
            var capacity = Math.Min(perBlock, count - first);
            var start = rows + ((long)first * width);
            blocks[block] = packed is null ? new RowBlock<T>(width, capacity, start, ids + first, file) : new RowBlock<T>(width, capacity, start, packed[block], file);
            if (removed.MarksOf(first, Math.Min(perBlock, count - first)) is { } marks)
                blocks[block] = blocks[block].WithDeleted(marks);
        }
        _snapshot = new RowSnapshot<T>(blocks, _blockShift, count, removed.Count);
        if (openStructure is not null)
            _snapshot = _snapshot with { Structure = openStructure(_snapshot) };
    }

    public int Width { get; }

    /// <summary>Where the rows of allowed sets lie that are used again and again.</summary>
    public AllowedPositions<T> Allowed { get; } = new();

    public MappedIndexFile? File => _file;

    /// <summary>The rows as they are now. Dispose the lease when done with them.</summary>
    public RowLease<T> Read()
    {
        _file?.Acquire();
        var snapshot = Volatile.Read(ref _snapshot);
        if (!_disposed)
            return new RowLease<T>(snapshot, _file);
        // Asked after the read: whoever read the emptied snapshot sees the mark as well.
        _file?.Release();
        throw new ObjectDisposedException(nameof(IVectorIndex), "The index has been disposed.");
    }

    public void Replace<TSource>(ReadOnlySpan<long> ids, TSource rows, int threads, CancellationToken cancellationToken)
        where TSource : IRowSource<T>, allows ref struct
    {
        lock (_writer)
        {
            using var lease = Read();
            var builder = new RowSnapshotBuilder<T>(Empty(), _packIds);
            var map = new IdMap();
            Append(builder, ids, rows, cancellationToken);
            builder.SealLast();
            Enter(builder, map, 0);
            var snapshot = builder.ToSnapshot();
            Publish(snapshot with { Structure = _structure?.Build(snapshot, threads, cancellationToken) }, map);
            _structureFailed = false;
        }
    }

    /// <summary>Adds or replaces rows in one step.</summary>
    public void Append<TSource>(ReadOnlySpan<long> ids, TSource rows)
        where TSource : IRowSource<T>, allows ref struct
    {
        lock (_writer)
        {
            using var lease = Read();
            var builder = new RowSnapshotBuilder<T>(lease.Snapshot, _packIds);
            Append(builder, ids, rows, CancellationToken.None);
            var structure = Extended(builder.ToSnapshot(), lease.Snapshot.Positions);
            lock (_publish)
            {
                var map = Map(lease.Snapshot);
                Enter(builder, map, lease.Snapshot.Positions);
                Volatile.Write(ref _snapshot, builder.ToSnapshot() with { Structure = structure });
            }
            CompactIfWorthIt();
        }
    }

    /// <summary>Runs while no change does, on the rows as they are then.</summary>
    public void WithoutChanges(Action<RowSnapshot<T>> action)
    {
        lock (_writer)
        {
            using var lease = Read();
            action(lease.Snapshot);
        }
    }

    public bool Remove(long id)
    {
        lock (_writer)
        {
            using var lease = Read();
            lock (_publish)
            {
                var position = Map(lease.Snapshot).Remove(id, lease.Snapshot);
                if (position < 0)
                    return false;
                var builder = new RowSnapshotBuilder<T>(lease.Snapshot, _packIds);
                builder.Delete(position);
                Volatile.Write(ref _snapshot, builder.ToSnapshot());
            }
            CompactIfWorthIt();
            return true;
        }
    }

    public bool Contains(long id)
    {
        lock (_publish)
        {
            using var lease = Read();
            return Map(lease.Snapshot).Find(id, lease.Snapshot) >= 0;
        }
    }

    public bool TryCopy(long id, Span<T> row)
    {
        lock (_publish)
        {
            using var lease = Read();
            var position = Map(lease.Snapshot).Find(id, lease.Snapshot);
            if (position < 0)
                return false;
            lease.Snapshot.RowAt(position).CopyTo(row);
            return true;
        }
    }

    /// <summary>
    /// The rows as they are now, and where those of <paramref name="ids"/> lie in them, ascending; ids that are not there are left out.
    /// </summary>
    public RowLease<T> Read(IReadOnlySet<long> ids, out int[] positions)
    {
        // The set is the caller's code: it is walked before the lock is taken.
        var wanted = ids.ToArray();
        lock (_publish)
        {
            var lease = Read();
            try
            {
                var map = Map(lease.Snapshot);
                var found = new List<int>(wanted.Length);
                foreach (var id in wanted)
                {
                    var position = map.Find(id, lease.Snapshot);
                    if (position >= 0)
                        found.Add(position);
                }
                found.Sort();
                positions = [.. found];
                return lease;
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }

    /// <summary>The rows as they are now, and where each of <paramref name="ids"/> lies in them; −1 for one that is not there.</summary>
    public RowLease<T> Read(ReadOnlySpan<long> ids, Span<int> positions)
    {
        lock (_publish)
        {
            var lease = Read();
            try
            {
                var map = Map(lease.Snapshot);
                for (var i = 0; i < ids.Length; i++)
                    positions[i] = map.Find(ids[i], lease.Snapshot);
                return lease;
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }

    /// <summary>Copies the live rows into fresh blocks.</summary>
    public void Compact()
    {
        lock (_writer)
        {
            using var lease = Read();
            if (lease.Snapshot.Deleted > 0)
                Compact(lease.Snapshot);
        }
    }

    /// <summary>Contradictions between the rows and the id table, as sentences.</summary>
    /// <exception cref="IndexFileException">The rows are in a file that is damaged where it was read.</exception>
    public void Verify(List<string> problems)
    {
        lock (_publish)
        {
            using var lease = Read();
            var snapshot = lease.Snapshot;
            var map = Map(snapshot);
            if (map.Count != snapshot.Count)
                problems.Add($"The id table knows {map.Count} rows and the index holds {snapshot.Count}.");
            for (var position = 0; position < snapshot.Positions; position++)
            {
                if (!snapshot.IsDeleted(position) && map.Find(snapshot.IdAt(position), snapshot) != position)
                {
                    problems.Add($"The id table does not lead to row {position} (id {snapshot.IdAt(position)}).");
                    return;
                }
            }
        }
    }

    /// <summary>Bytes of the table from ids to positions, which <see cref="BytesHeld"/> counts too.</summary>
    public long IdTableBytes
    {
        get
        {
            lock (_publish)
                return _map?.BytesHeld ?? 0;
        }
    }

    public long BytesHeld(out long mapped)
    {
        using var lease = Read();
        mapped = 0;
        long held = 0;
        foreach (var block in lease.Snapshot.Blocks)
        {
            held += block.BytesHeld;
            mapped += block.IsMapped ? block.BytesHeld : 0;
        }
        lock (_publish)
            return held + (_map?.BytesHeld ?? 0);
    }

    public void Dispose()
    {
        // Under the writer's lock, so that a change is either whole or refused.
        lock (_writer)
        {
            if (_disposed)
                return;
            _disposed = true;
            lock (_publish)
            {
                Volatile.Write(ref _snapshot, Empty());
                _map = null;
            }
            _file?.Dispose();
        }
    }

    private static int ShiftFor(int width)
    {
        var rows = Math.Max(64, BlockBytes / (width * Unsafe.SizeOf<T>()));
        return System.Numerics.BitOperations.Log2((uint)rows);
    }

    private RowSnapshot<T> Empty() => new([], _blockShift, 0, 0) { Structure = _structure };

    private void Append<TSource>(RowSnapshotBuilder<T> builder, ReadOnlySpan<long> ids, TSource rows, CancellationToken cancellationToken)
        where TSource : IRowSource<T>, allows ref struct
    {
        for (var done = 0; done < ids.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = builder.Reserve(ids.Length - done, Width, out var row, out var count);
            rows.Fill(done, count, block.Slots(row, count));
            ids.Slice(done, count).CopyTo(block.IdSlots(row, count));
            builder.Commit(count);
            done += count;
        }
    }

    // The structure with the rows from position first on.
    private IRowStructure<T>? Extended(RowSnapshot<T> rows, int first)
    {
        if (_structure is null || rows.Positions == first)
            return rows.Structure;
        var failed = _structureFailed;
        _structureFailed = true;
        var structure = failed || rows.Structure is null ? _structure.Build(rows, 1, CancellationToken.None) : rows.Structure.Append(rows, first);
        _structureFailed = false;
        return structure;
    }

    // Enters the rows from position first on into the table and deletes those they replace.
    private static void Enter(RowSnapshotBuilder<T> builder, IdMap map, int first)
    {
        map.EnsureRoom(builder.Positions - first, builder);
        for (var position = first; position < builder.Positions; position++)
        {
            var replaced = map.Set(builder.IdAt(position), position, builder);
            if (replaced >= 0)
                builder.Delete(replaced);
        }
    }

    private void Publish(RowSnapshot<T> snapshot, IdMap map)
    {
        lock (_publish)
        {
            _map = map;
            Volatile.Write(ref _snapshot, snapshot);
        }
    }

    private void CompactIfWorthIt()
    {
        using var lease = Read();
        var snapshot = lease.Snapshot;
        if (snapshot.Deleted >= CompactAtLeast && (long)snapshot.Deleted * CompactWhenOneIn >= snapshot.Positions)
            Compact(snapshot);
    }

    private void Compact(RowSnapshot<T> snapshot)
    {
        var builder = new RowSnapshotBuilder<T>(Empty(), _packIds);
        var newPositions = _structure is null ? [] : new int[snapshot.Positions];
        newPositions.AsSpan().Fill(-1);
        for (var block = 0; block < snapshot.Blocks.Length; block++)
        {
            var source = snapshot.Blocks[block];
            foreach (var run in source.LiveRuns(snapshot.RowsIn(block)))
            {
                if (_structure is not null)
                {
                    for (var i = 0; i < run.Count; i++)
                        newPositions[(block << _blockShift) + run.Start + i] = builder.Positions + i;
                }
                for (var done = 0; done < run.Count;)
                {
                    var target = builder.Reserve(run.Count - done, Width, out var row, out var count);
                    source.Rows(run.Start + done, count).CopyTo(target.Slots(row, count));
                    source.CopyIds(run.Start + done, target.IdSlots(row, count));
                    builder.Commit(count);
                    done += count;
                }
            }
        }
        builder.SealLast();
        var map = new IdMap();
        Enter(builder, map, 0);
        var compacted = builder.ToSnapshot();
        var structure = _structureFailed ? _structure!.Build(compacted, 1, CancellationToken.None) : snapshot.Structure?.Compact(snapshot, compacted, newPositions);
        _structureFailed = false;
        Publish(compacted with { Structure = structure }, map);
    }

    // Called under _publish. After a file was opened the table is built at the first need, and the file's ids are judged then.
    private IdMap Map(RowSnapshot<T> snapshot)
    {
        if (_map is { } ready)
            return ready;
        var map = new IdMap();
        var builder = new RowSnapshotBuilder<T>(snapshot, _packIds);
        map.EnsureRoom(snapshot.Positions, builder);
        for (var position = 0; position < snapshot.Positions; position++)
        {
            if (snapshot.IsDeleted(position))
                continue;
            var id = snapshot.IdAt(position);
            if (id < 0)
                throw new IndexFileException(IndexFileProblem.Damaged, _file!.Path, $"is damaged: row {position} has the negative id {id}");
            if (map.Set(id, position, builder) >= 0)
                throw new IndexFileException(IndexFileProblem.Damaged, _file!.Path, $"is damaged: it holds the id {id} twice");
        }
        return _map = map;
    }
}
