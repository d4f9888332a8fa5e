using System.Runtime.CompilerServices;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The candidates with the smallest sums, found by filling a buffer and halving it whenever it is full: amortised O(1) for a
/// candidate that enters, and none at all for one above <see cref="Threshold"/>. Of equal sums at the edge, those with smaller numbers stay.
/// </summary>
internal sealed class Shortlist
{
    private ulong[] _keys = [];
    private int _wanted;
    private int _count;

    /// <summary>Sums from this on cannot enter any more.</summary>
    public uint Threshold { get; private set; }

    public int Count => _count;

    public void Start(int wanted)
    {
        _wanted = wanted;
        _count = 0;
        Threshold = uint.MaxValue;
        // Halving costs a pass over the buffer: a larger one makes it rarer, a smaller one lowers the threshold sooner.
        var capacity = Math.Max(2 * wanted, wanted + 64);
        if (_keys.Length != capacity)
            _keys = new ulong[capacity];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint sum, int number)
    {
        _keys[_count++] = ((ulong)sum << 32) | (uint)number;
        if (_count == _keys.Length)
            Cut();
    }

    /// <summary>Cuts down to what was wanted; the numbers in no particular order.</summary>
    public ReadOnlySpan<ulong> Finish()
    {
        if (_count > _wanted)
            Cut();
        return _keys.AsSpan(0, _count);
    }

    /// <summary>As <see cref="Finish"/>, smallest sum first.</summary>
    public ReadOnlySpan<ulong> FinishSorted()
    {
        Finish();
        _keys.AsSpan(0, _count).Sort();
        return _keys.AsSpan(0, _count);
    }

    public static int Number(ulong key) => (int)(uint)key;

    // Quickselect (Hoare, Algorithm 65): the wanted smallest to the front.
    private void Cut()
    {
        var keys = _keys;
        int low = 0, high = _count - 1, target = _wanted - 1;
        while (low < high)
        {
            var pivot = Median(keys[low], keys[(low + high) >> 1], keys[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot)
                    i++;
                while (keys[j] > pivot)
                    j--;
                if (i > j)
                    break;
                (keys[i], keys[j]) = (keys[j], keys[i]);
                i++;
                j--;
            }
            if (target <= j)
                high = j;
            else if (target >= i)
                low = i;
            else
                break;
        }
        _count = _wanted;
        Threshold = (uint)(keys[target] >> 32);
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
