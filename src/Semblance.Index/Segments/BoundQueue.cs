namespace Semblance.Index.Segments;

/// <summary>Entries by ascending bound: a binary min-heap. Deterministic, but equal bounds come out in no particular order.</summary>
internal sealed class BoundQueue<TEntry>
    where TEntry : struct
{
    private (double Bound, TEntry Entry)[] _heap = new (double, TEntry)[64];

    public int Count { get; private set; }

    /// <summary>The least bound that waits; +∞ when nothing does.</summary>
    public double Least => Count == 0 ? double.PositiveInfinity : _heap[0].Bound;

    public void Push(double bound, TEntry entry)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, Count * 2);
        var hole = Count++;
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!(bound < _heap[parent].Bound))
                break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }
        _heap[hole] = (bound, entry);
    }

    /// <summary>Takes out the entry of the least bound; there must be one.</summary>
    public (double Bound, TEntry Entry) Pop()
    {
        var least = _heap[0];
        var last = _heap[--Count];
        var hole = 0;
        for (var child = 1; child < Count; child = (2 * hole) + 1)
        {
            if (child + 1 < Count && _heap[child + 1].Bound < _heap[child].Bound)
                child++;
            if (!(_heap[child].Bound < last.Bound))
                break;
            _heap[hole] = _heap[child];
            hole = child;
        }
        _heap[hole] = last;
        return least;
    }
}
