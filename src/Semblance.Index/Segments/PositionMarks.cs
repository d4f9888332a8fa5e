using System.Collections.Concurrent;

namespace Semblance.Index.Segments;

/// <summary>
/// Which rows a search has met, one bit a row, for structures that hold each row several times. Marks are lent to one search at a time
/// and come back clean, so that a search pays for the rows it meets and not for all there are.
/// </summary>
internal sealed class PositionMarks
{
    private ulong[] _marks = [];
    private int[] _met = new int[256];
    private int _count;

    /// <summary>True the first time a position is shown; it must be below the number that was rented for.</summary>
    public bool Add(int position)
    {
        ref var word = ref _marks[position >> 6];
        var bit = 1UL << (position & 63);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        if (_count == _met.Length)
            Array.Resize(ref _met, _count * 2);
        _met[_count++] = position;
        return true;
    }

    private void Fit(int positions)
    {
        var words = (positions + 63) / 64;
        if (_marks.Length < words)
            _marks = new ulong[words];
    }

    private void Clear()
    {
        foreach (var position in _met.AsSpan(0, _count))
            _marks[position >> 6] = 0;
        _count = 0;
    }

    /// <summary>Marks that wait for the next search.</summary>
    public sealed class Pool
    {
        private readonly ConcurrentBag<PositionMarks> _idle = [];

        public PositionMarks Rent(int positions)
        {
            var marks = _idle.TryTake(out var idle) ? idle : new PositionMarks();
            marks.Fit(positions);
            return marks;
        }

        public void Return(PositionMarks marks)
        {
            marks.Clear();
            _idle.Add(marks);
        }
    }
}
