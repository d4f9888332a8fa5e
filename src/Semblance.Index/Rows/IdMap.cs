using System.Numerics;

namespace Semblance.Index.Rows;

/// <summary>
/// Id → position. While the ids ascend with the positions, as they do when rows come in the order of a table, the rows themselves are
/// the table: a search among them finds an id, and nothing is held. Once they do not, an open-addressing table of positions alone:
/// the ids are read from the rows, so an entry costs 6 to 12 bytes. Linear probing, deletion by shifting back (Knuth, TAOCP 3,
/// 6.4 R). Not thread-safe.
/// </summary>
internal sealed class IdMap
{
    private int[]? _slots; // position + 1; 0 is empty. Null while the ids ascend.
    private int _shift;
    private long _last = -1; // The highest id so far, while they ascend.

    public int Count { get; private set; }

    public long BytesHeld => (_slots?.Length ?? 0) * (long)sizeof(int);

    /// <summary>
    /// Makes room, so that entering the last <paramref name="more"/> rows cannot fail half-way; those before them have been entered.
    /// </summary>
    public void EnsureRoom<T>(int more, RowSnapshotBuilder<T> rows)
        where T : unmanaged
    {
        var first = rows.Positions - more;
        if (_slots is null && Ascends(first, rows))
            return;
        var needed = ((long)Count + more) * 3 / 2;
        if (_slots is not null && needed < _slots.Length)
            return;
        var old = _slots;
        var size = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(needed + 1, 16));
        if (size > (ulong)Array.MaxLength)
            throw new InvalidOperationException($"The index is full: {Count:N0} ids. Split the collection.");
        _slots = new int[size];
        _shift = 64 - BitOperations.Log2(size);
        if (old is null)
        {
            for (var position = 0; position < first; position++)
            {
                if (!rows.IsDeleted(position))
                    _slots[EmptySlot(rows.IdAt(position))] = position + 1;
            }
            return;
        }
        foreach (var entry in old)
        {
            if (entry != 0)
                _slots[EmptySlot(rows.IdAt(entry - 1))] = entry;
        }
    }

    /// <summary>The position of <paramref name="id"/>, or −1.</summary>
    public int Find<T>(long id, RowSnapshot<T> rows)
        where T : unmanaged
    {
        if (_slots is null)
            return FindAscending(id, rows);
        for (var slot = Home(id); ; slot = Next(slot))
        {
            var entry = _slots[slot];
            if (entry == 0 || rows.IdAt(entry - 1) == id)
                return entry - 1;
        }
    }

    /// <summary>Points <paramref name="id"/> at <paramref name="position"/>; returns the position it had, or −1.</summary>
    public int Set<T>(long id, int position, RowSnapshotBuilder<T> rows)
        where T : unmanaged
    {
        if (_slots is null)
        {
            Count++;
            return -1;
        }
        for (var slot = Home(id); ; slot = Next(slot))
        {
            var entry = _slots[slot];
            if (entry != 0 && rows.IdAt(entry - 1) != id)
                continue;
            _slots[slot] = position + 1;
            if (entry == 0)
                Count++;
            return entry - 1;
        }
    }

    /// <summary>Forgets <paramref name="id"/>; returns the position it had, or −1.</summary>
    public int Remove<T>(long id, RowSnapshot<T> rows)
        where T : unmanaged
    {
        if (_slots is null)
        {
            var found = FindAscending(id, rows);
            Count -= found < 0 ? 0 : 1;
            return found;
        }
        var hole = Home(id);
        while (_slots[hole] != 0 && rows.IdAt(_slots[hole] - 1) != id)
            hole = Next(hole);
        var position = _slots[hole] - 1;
        if (position < 0)
            return -1;
        for (var slot = Next(hole); _slots[slot] != 0; slot = Next(slot))
        {
            // An entry may fill the hole unless its home lies cyclically after the hole and up to the entry.
            var home = Home(rows.IdAt(_slots[slot] - 1));
            if (hole <= slot ? home > hole && home <= slot : home > hole || home <= slot)
                continue;
            _slots[hole] = _slots[slot];
            hole = slot;
        }
        _slots[hole] = 0;
        Count--;
        return position;
    }

    // Whether the rows from first on, removed ones too, continue the order; if so they are about to be entered.
    private bool Ascends<T>(int first, RowSnapshotBuilder<T> rows)
        where T : unmanaged
    {
        var last = _last;
        for (var position = first; position < rows.Positions; position++)
        {
            var id = rows.IdAt(position);
            if (id <= last)
                return false;
            last = id;
        }
        _last = last;
        return true;
    }

    private static int FindAscending<T>(long id, RowSnapshot<T> rows)
        where T : unmanaged
    {
        var (low, high) = (0, rows.Positions - 1);
        if (high < 0)
            return -1;
        // Without gaps the id says where it lies.
        var guess = id - rows.IdAt(0);
        if (guess < 0)
            return -1;
        if (guess <= high && rows.IdAt((int)guess) == id)
            return rows.IsDeleted((int)guess) ? -1 : (int)guess;
        while (low <= high)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            var there = rows.IdAt(middle);
            if (there == id)
                return rows.IsDeleted(middle) ? -1 : middle;
            if (there < id)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    // Fibonacci hashing: consecutive ids spread over the table.
    private int Home(long id) => (int)((ulong)id * 0x9E3779B97F4A7C15UL >> _shift);

    private int Next(int slot) => (slot + 1) & (_slots!.Length - 1);

    private int EmptySlot(long id)
    {
        var slot = Home(id);
        while (_slots![slot] != 0)
            slot = Next(slot);
        return slot;
    }
}
