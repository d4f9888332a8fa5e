using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Files;
using Semblance.Numerics;

namespace Semblance.Index.Rows;

/// <summary>
/// A run of rows with their ids, in memory or in a mapped file. Slots that a published snapshot covers never change;
/// the writer fills only slots beyond them. Deletion marks are an array of their own that is replaced, never changed, once published.
/// </summary>
internal sealed unsafe class RowBlock<T>
    where T : unmanaged
{
    // A vector load that crosses a cache line costs two: rows start on a line.
    private const int Alignment = 64;

    private readonly T[]? _rows;
    private readonly int _rowsOffset;
    private readonly long[]? _ids;
    private readonly T* _mappedRows;
    private readonly long* _mappedIds;
    private readonly PackedIds? _packedIds;
    private readonly MappedIndexFile? _file; // Null in memory. Checks what is read of it.

    private RowBlock(RowBlock<T> other, ulong[]? deleted, PackedIds? packedIds)
    {
        _rows = other._rows;
        _rowsOffset = other._rowsOffset;
        _ids = packedIds is null ? other._ids : null;
        _packedIds = packedIds;
        _mappedRows = other._mappedRows;
        _mappedIds = other._mappedIds;
        _file = other._file;
        Width = other.Width;
        Capacity = other.Capacity;
        Deleted = deleted;
    }

    /// <summary>An empty block in memory.</summary>
    public RowBlock(int width, int capacity)
    {
        Width = width;
        Capacity = capacity;
        // Pinned, so that the alignment found now stays true.
        _rows = GC.AllocateUninitializedArray<T>(checked((width * capacity) + (Alignment / sizeof(T))), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_rows));
        _rowsOffset = (int)((Alignment - (address % Alignment)) % Alignment) / sizeof(T);
        _ids = new long[capacity];
    }

    /// <summary>A full block over unchecked parts of a mapped file; the caller keeps the mapping alive while it reads.</summary>
    public RowBlock(int width, int capacity, T* rows, long* ids, MappedIndexFile file)
    {
        _file = file;
        Width = width;
        Capacity = capacity;
        _mappedRows = rows;
        _mappedIds = ids;
    }

    /// <summary>As the constructor before, with packed ids.</summary>
    public RowBlock(int width, int capacity, T* rows, PackedIds ids, MappedIndexFile file)
        : this(width, capacity, rows, (long*)null, file) => _packedIds = ids;

    public int Width { get; }

    public int Capacity { get; }

    public bool IsMapped => _rows is null;

    /// <summary>Mapped or packed: rows can only be added to a copy.</summary>
    public bool IsSealed => _ids is null;

    /// <summary>One bit a row, set for removed rows; null when none is.</summary>
    public ulong[]? Deleted { get; }

    public long BytesHeld => ((long)Capacity * Width * sizeof(T)) + IdBytes + ((Deleted?.Length ?? 0) * sizeof(ulong));

    public long IdBytes => _packedIds?.BytesHeld ?? ((long)Capacity * sizeof(long));

    public bool IsDeleted(int row) => Deleted is { } deleted && (deleted[row >> 6] >> (row & 63) & 1) != 0;

    public ReadOnlySpan<T> Rows(int start, int count)
    {
        _file?.Check(_mappedRows + ((long)start * Width), (long)count * Width * sizeof(T));
        return UncheckedRows(start, count);
    }

    /// <summary>Asks for a row and its id, which lie apart, ahead of their use; packed ids are small enough to be near.</summary>
    public void Prefetch(int row)
    {
        MemoryHint.Prefetch(UncheckedRows(row, 1));
        if (_ids is not null)
            MemoryHint.Prefetch<long>(_ids.AsSpan(row, 1));
        else if (_mappedIds is not null)
            MemoryHint.Prefetch(_mappedIds + row);
    }

    public long Id(int row)
    {
        if (_ids is not null)
            return _ids[row];
        if (_packedIds is not null)
            return _packedIds[row];
        _file!.Check(_mappedIds + row, sizeof(long));
        return _mappedIds[row];
    }

    public void CopyIds(int start, Span<long> ids)
    {
        if (_packedIds is null)
        {
            PlainIds(start, ids.Length).CopyTo(ids);
            return;
        }
        for (var i = 0; i < ids.Length; i++)
            ids[i] = _packedIds[start + i];
    }

    /// <summary>Runs of rows that are not removed, among the first <paramref name="rows"/>.</summary>
    public IEnumerable<(int Start, int Count)> LiveRuns(int rows)
    {
        for (var start = 0; start < rows;)
        {
            while (start < rows && IsDeleted(start))
                start++;
            var end = start;
            while (end < rows && !IsDeleted(end))
                end++;
            if (end > start)
                yield return (start, end - start);
            start = end;
        }
    }

    /// <summary>The writer's view of rows that no snapshot covers yet.</summary>
    public Span<T> Slots(int start, int count) => _rows.AsSpan(_rowsOffset + (start * Width), count * Width);

    /// <summary>The writer's view of ids that no snapshot covers yet.</summary>
    public Span<long> IdSlots(int start, int count) => _ids.AsSpan(start, count);

    /// <summary>The same rows under other deletion marks.</summary>
    public RowBlock<T> WithDeleted(ulong[] deleted) => new(this, deleted, _packedIds);

    /// <summary>The first <paramref name="used"/> rows without spare capacity and with packed ids.</summary>
    public RowBlock<T> Sealed(int used)
    {
        var exact = Capacity == used ? this : Grown(used, used);
        return new(exact, exact.Deleted, new PackedIds(exact._ids.AsSpan(0, used)));
    }

    /// <summary>A block in memory that begins with the first <paramref name="used"/> rows of this one.</summary>
    public RowBlock<T> Grown(int capacity, int used)
    {
        var grown = new RowBlock<T>(Width, capacity);
        Rows(0, used).CopyTo(grown.Slots(0, used));
        CopyIds(0, grown.IdSlots(0, used));
        if (Deleted is null)
            return grown;
        var deleted = new ulong[(capacity + 63) / 64];
        Deleted.AsSpan(0, Math.Min(Deleted.Length, deleted.Length)).CopyTo(deleted);
        return grown.WithDeleted(deleted);
    }

    private ReadOnlySpan<T> UncheckedRows(int start, int count) => _rows is null
        ? new ReadOnlySpan<T>(_mappedRows + ((long)start * Width), count * Width)
        : _rows.AsSpan(_rowsOffset + (start * Width), count * Width);

    private ReadOnlySpan<long> PlainIds(int start, int count)
    {
        if (_ids is not null)
            return _ids.AsSpan(start, count);
        _file!.Check(_mappedIds + start, (long)count * sizeof(long));
        return new ReadOnlySpan<long>(_mappedIds + start, count);
    }
}
