namespace Semblance.Index.Rows;

/// <summary>
/// Where the rows of an allowed set lie, kept for sets that are used again: a gallery asks many searches with the same filter, and to look
/// up the members takes longer than to search. Known by the set itself and the number of its changes, for one snapshot of the rows; only
/// <see cref="IdBitmap"/> counts its changes. 4 bytes a member of the last few sets. Thread-safe.
/// </summary>
internal sealed class AllowedPositions<T>
    where T : unmanaged
{
    private const int Kept = 8;

    // Where more rows pass, walks and scans lose little by meeting the others.
    private const int WhenOneIn = 2;

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = []; // The latest last.

    /// <summary>
    /// Positions of the members, removed rows left out, ascending; null for a set that is large, of another kind, or new here. O(n) when a set
    /// comes for the second time.
    /// </summary>
    public int[]? Find(RowSnapshot<T> rows, IReadOnlySet<long>? allowed)
    {
        if (allowed is not IdBitmap bitmap || (long)bitmap.Count * WhenOneIn > rows.Count)
            return null;
        lock (_lock)
        {
            var at = _entries.FindIndex(entry => entry.Is(rows, bitmap));
            if (at < 0)
            {
                // A set that is used once, or changed all the time, is not worth the work.
                _entries.RemoveAll(entry => entry.IsOf(bitmap));
                if (_entries.Count == Kept)
                    _entries.RemoveAt(0);
                _entries.Add(new Entry(rows, bitmap));
                return null;
            }
            var found = _entries[at];
            if (at < _entries.Count - 1)
            {
                _entries.RemoveAt(at);
                _entries.Add(found);
            }
            return found.Positions ??= Members(rows, bitmap);
        }
    }

    private static int[] Members(RowSnapshot<T> rows, IdBitmap bitmap)
    {
        var positions = new List<int>(bitmap.Count);
        for (var block = 0; block < rows.Blocks.Length; block++)
        {
            var (of, count, first) = (rows.Blocks[block], rows.RowsIn(block), block << rows.BlockShift);
            for (var row = 0; row < count; row++)
            {
                if (bitmap.Contains(of.Id(row)) && !of.IsDeleted(row))
                    positions.Add(first + row);
            }
        }
        return [.. positions];
    }

    /// <summary>Holds neither set nor rows alive.</summary>
    private sealed class Entry(RowSnapshot<T> rows, IdBitmap bitmap)
    {
        private readonly WeakReference<RowSnapshot<T>> _rows = new(rows);
        private readonly WeakReference<IdBitmap> _bitmap = new(bitmap);
        private readonly int _version = bitmap.Version;

        public int[]? Positions { get; set; }

        public bool IsOf(IdBitmap set) => !_bitmap.TryGetTarget(out var own) || ReferenceEquals(own, set);

        public bool Is(RowSnapshot<T> snapshot, IdBitmap set) => _bitmap.TryGetTarget(out var own) && ReferenceEquals(own, set) && set.Version == _version
            && _rows.TryGetTarget(out var of) && ReferenceEquals(of, snapshot);
    }
}
