using Semblance.Index.Rows;
using Semblance.Numerics.Memory;

namespace Semblance.Index.MultiIndex;

/// <summary>
/// Substring → positions of the codes that have it: a direct-address table of 2^bits starts into one array of positions, ascending
/// within a bucket. In huge pages, or in a mapped file, whose numbers are checked where they are used. Keep the table alive while
/// its pointers are in use.
/// </summary>
internal sealed unsafe class SubstringTable
{
    private readonly HugeMemory? _ownStarts;
    private readonly HugeMemory? _ownPositions;

    /// <summary>Counting sort of the first <paramref name="count"/> rows by their substring.</summary>
    public SubstringTable(RowSnapshot<ulong> rows, int count, SubstringLayout layout, int substring, CancellationToken cancellationToken)
    {
        Buckets = 1L << layout.Bits(substring);
        Count = count;
        _ownStarts = new HugeMemory(StartBytes);
        _ownPositions = new HugeMemory(PositionBytes);
        Starts = (uint*)_ownStarts.Start;
        Positions = (int*)_ownPositions.Start;
        var starts = new Span<uint>(Starts, checked((int)Buckets + 1));
        starts.Clear();
        for (var block = 0; block < rows.Blocks.Length; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var position = block << rows.BlockShift; position < Math.Min(count, (block + 1) << rows.BlockShift); position++)
                starts[(int)layout.Key(rows.RowAt(position), substring)]++;
        }
        uint before = 0;
        for (var bucket = 0; bucket < starts.Length; bucket++)
            (starts[bucket], before) = (before, before + starts[bucket]);
        for (var block = 0; block < rows.Blocks.Length; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var position = block << rows.BlockShift; position < Math.Min(count, (block + 1) << rows.BlockShift); position++)
                Positions[starts[(int)layout.Key(rows.RowAt(position), substring)]++] = position;
        }
        // Each start has moved to its bucket's end, which is the next one's start.
        for (var bucket = starts.Length - 1; bucket > 0; bucket--)
            starts[bucket] = starts[bucket - 1];
        starts[0] = 0;
        GC.KeepAlive(this);
    }

    /// <summary>A table in mapped memory, which the caller keeps mapped.</summary>
    public SubstringTable(long buckets, int count, uint* starts, int* positions)
    {
        Buckets = buckets;
        Count = count;
        Starts = starts;
        Positions = positions;
    }

    public bool IsMapped => _ownStarts is null;

    public long Buckets { get; }

    public int Count { get; }

    /// <summary>[Buckets + 1].</summary>
    public uint* Starts { get; }

    /// <summary>[Count].</summary>
    public int* Positions { get; }

    public long BytesHeld => StartBytes + PositionBytes;

    public long StartBytes => (Buckets + 1) * sizeof(uint);

    public long PositionBytes => (long)Count * sizeof(int);

    public string? Problem(RowSnapshot<ulong> rows, SubstringLayout layout, int substring)
    {
        if (Starts[0] != 0 || Starts[Buckets] != Count)
            return "does not hold all codes";
        for (long bucket = 0; bucket < Buckets; bucket++)
        {
            var (start, end) = (Starts[bucket], Starts[bucket + 1]);
            if (start > end || end > Count)
                return $"has a bucket {bucket} that ends before it begins";
            for (var i = start; i < end; i++)
            {
                // Ascending, in its own bucket, as many as there are codes: so each code is there once.
                if ((uint)Positions[i] >= (uint)Count || (i > start && Positions[i] <= Positions[i - 1]) || layout.Key(rows.RowAt(Positions[i]), substring) != bucket)
                    return $"has a wrong position in bucket {bucket}";
            }
        }
        GC.KeepAlive(this);
        return null;
    }
}
