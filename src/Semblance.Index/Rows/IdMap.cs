using System.Numerics;

namespace Semblance.Index.Rows;

/// <summary>
/// Id → position, as an open-addressing table of positions alone: the ids themselves are read from the rows, so an entry costs
/// 6 to 12 bytes. Linear probing, deletion by shifting back (Knuth, TAOCP 3, 6.4 R). Not thread-safe.
/// </summary>
internal sealed class IdMap
{
    private int[] _slots = new int[16]; // position + 1; 0 is empty
    private int _shift = 64 - 4;

    public int Count { get; private set; }

    public long BytesHeld => (long)_slots.Length * sizeof(int);

    /// <summary>Makes room, so that adding up to <paramref name="more"/> ids cannot fail half-way.</summary>
    public void EnsureRoom<T>(int more, RowSnapshotBuilder<T> rows)
        where T : unmanaged
    {
        var needed = ((long)Count + more) * 3 / 2;
        if (needed < _slots.Length)
            return;
        var old = _slots;
        var size = BitOperations.RoundUpToPowerOf2((ulong)needed + 1);
        if (size > (ulong)Array.MaxLength)
            throw new InvalidOperationException($"The index is full: {Count:N0} ids. Split the collection.");
        _slots = new int[size];
        _shift = 64 - BitOperations.Log2(size);
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

    // Fibonacci hashing: consecutive ids spread over the table.
    private int Home(long id) => (int)((ulong)id * 0x9E3779B97F4A7C15UL >> _shift);

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private int EmptySlot(long id)
    {
        var slot = Home(id);
        while (_slots[slot] != 0)
            slot = Next(slot);
        return slot;
    }
}
