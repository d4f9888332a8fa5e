using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    private RowBlock(RowBlock<T> other, ulong[] deleted)
    {
        _rows = other._rows;
        _rowsOffset = other._rowsOffset;
        _ids = other._ids;
        _mappedRows = other._mappedRows;
        _mappedIds = other._mappedIds;
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

    /// <summary>A full block over mapped memory; the caller keeps the mapping alive while it reads.</summary>
    public RowBlock(int width, int capacity, T* rows, long* ids)
    {
        Width = width;
        Capacity = capacity;
        _mappedRows = rows;
        _mappedIds = ids;
    }

    public int Width { get; }

    public int Capacity { get; }

    public bool IsMapped => _rows is null;

    /// <summary>One bit a row, set for removed rows; null when none is.</summary>
    public ulong[]? Deleted { get; }

    public long BytesHeld => ((long)Capacity * ((Width * sizeof(T)) + sizeof(long))) + ((Deleted?.Length ?? 0) * sizeof(ulong));

    public bool IsDeleted(int row) => Deleted is { } deleted && (deleted[row >> 6] >> (row & 63) & 1) != 0;

    public ReadOnlySpan<T> Rows(int start, int count) => _rows is null
        ? new ReadOnlySpan<T>(_mappedRows + ((long)start * Width), count * Width)
        : _rows.AsSpan(_rowsOffset + (start * Width), count * Width);

    public ReadOnlySpan<long> Ids(int start, int count) => _ids is null
        ? new ReadOnlySpan<long>(_mappedIds + start, count)
        : _ids.AsSpan(start, count);

    public long Id(int row) => _ids is null ? _mappedIds[row] : _ids[row];

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
    public RowBlock<T> WithDeleted(ulong[] deleted) => new(this, deleted);

    /// <summary>A larger block in memory that begins with the first <paramref name="used"/> rows of this one.</summary>
    public RowBlock<T> Grown(int capacity, int used)
    {
        var grown = new RowBlock<T>(Width, capacity);
        Rows(0, used).CopyTo(grown.Slots(0, used));
        Ids(0, used).CopyTo(grown.IdSlots(0, used));
        if (Deleted is null)
            return grown;
        var deleted = new ulong[(capacity + 63) / 64];
        Deleted.CopyTo(deleted, 0);
        return grown.WithDeleted(deleted);
    }
}
