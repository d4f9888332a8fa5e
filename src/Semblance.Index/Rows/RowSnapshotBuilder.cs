namespace Semblance.Index.Rows;

/// <summary>
/// The next snapshot in the writer's hands: starts from a published one, copies the parts it changes and leaves the rest shared.
/// Nothing a reader can see changes before <see cref="ToSnapshot"/> is published.
/// </summary>
/// <param name="start">What it starts from.</param>
/// <param name="packIds">Whether the ids of full blocks are packed.</param>
internal sealed class RowSnapshotBuilder<T>(RowSnapshot<T> start, bool packIds)
    where T : unmanaged
{
    // A small index should not hold a full block; the last block doubles up to it.
    private const int FirstCapacity = 16;

    private readonly HashSet<int> _ownDeleted = [];
    private RowBlock<T>[] _blocks = start.Blocks;
    private bool _ownBlocks;
    private int _used = start.Blocks.Length;
    private int _positions = start.Positions;
    private int _deleted = start.Deleted;

    public int Positions => _positions;

    public long IdAt(int position) => _blocks[position >> start.BlockShift].Id(position & (start.RowsPerBlock - 1));

    /// <summary>Room for the next rows, at most <paramref name="wanted"/> of them in one piece; they count once <see cref="Commit"/> is called.</summary>
    public RowBlock<T> Reserve(int wanted, int width, out int row, out int count)
    {
        if (_positions == int.MaxValue - start.RowsPerBlock)
            throw new InvalidOperationException($"The index is full: it holds {_positions:N0} rows. Compact it or split the collection.");
        var block = _positions >> start.BlockShift;
        row = _positions & (start.RowsPerBlock - 1);
        var needed = (int)Math.Min(start.RowsPerBlock, (long)row + wanted);
        if (block == _used)
        {
            OwnBlocks(block + 1);
            _blocks[block] = new RowBlock<T>(width, Capacity(needed));
            _used = block + 1;
        }
        else if (_blocks[block].IsSealed || _blocks[block].Capacity < needed)
        {
            OwnBlocks(_used);
            _blocks[block] = _blocks[block].Grown(Capacity(needed), row);
        }
        count = needed - row;
        return _blocks[block];
    }

    public void Commit(int count)
    {
        _positions += count;
        if ((_positions & (start.RowsPerBlock - 1)) == 0)
            SealLast();
    }

    /// <summary>Packs what is there: for rows that are likely to stay as they are for a while.</summary>
    public void SealLast()
    {
        if (!packIds || _positions == 0 || _blocks[_used - 1].IsSealed)
            return;
        OwnBlocks(_used);
        _blocks[_used - 1] = _blocks[_used - 1].Sealed(_positions - ((_used - 1) << start.BlockShift));
    }

    public bool IsDeleted(int position) => _blocks[position >> start.BlockShift].IsDeleted(position & (start.RowsPerBlock - 1));

    public void Delete(int position)
    {
        var block = position >> start.BlockShift;
        var row = position & (start.RowsPerBlock - 1);
        OwnBlocks(_used);
        if (_ownDeleted.Add(block))
        {
            var deleted = new ulong[(_blocks[block].Capacity + 63) / 64];
            _blocks[block].Deleted?.CopyTo(deleted, 0);
            _blocks[block] = _blocks[block].WithDeleted(deleted);
        }
        _blocks[block].Deleted![row >> 6] |= 1UL << (row & 63);
        _deleted++;
    }

    public RowSnapshot<T> ToSnapshot() =>
        new(_blocks.Length == _used ? _blocks : _blocks[.._used], start.BlockShift, _positions, _deleted) { Structure = start.Structure };

    private int Capacity(int needed)
    {
        var capacity = FirstCapacity;
        while (capacity < needed)
            capacity *= 2;
        return Math.Min(capacity, start.RowsPerBlock);
    }

    private void OwnBlocks(int length)
    {
        if (_ownBlocks && _blocks.Length >= length)
            return;
        // Room to grow while a large batch comes in, or the array would be copied once a block.
        var blocks = new RowBlock<T>[_ownBlocks ? Math.Max(length, _blocks.Length * 2) : length];
        Array.Copy(_blocks, blocks, _used);
        _blocks = blocks;
        _ownBlocks = true;
    }
}
