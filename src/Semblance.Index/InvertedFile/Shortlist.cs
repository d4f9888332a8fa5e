using System.Runtime.CompilerServices;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The candidates with the smallest sums. A histogram of the sums kept so far gives, after every candidate, the sum that nothing at or
/// above can beat; candidates are appended and sifted once at the end. O(1) a candidate, a few more than wanted where sums tie.
/// </summary>
internal sealed class Shortlist
{
    // Fine enough that hardly more is kept than wanted, small enough for the first-level cache.
    private const int Buckets = 1024;

    private readonly ushort[] _histogram = new ushort[Buckets];
    private ulong[] _keys = new ulong[256];
    private int _count;
    private int _wanted;
    private int _below; // Kept candidates in buckets up to _top.
    private int _top;
    private int _shift;

    /// <summary>Sums from this on cannot enter any more.</summary>
    public uint Threshold { get; private set; }

    /// <param name="wanted">At least 1, below 65,536.</param>
    /// <param name="largest">No sum exceeds it.</param>
    public void Start(int wanted, int largest)
    {
        _wanted = Math.Min(wanted, ushort.MaxValue - 1);
        _count = 0;
        _below = 0;
        _top = Buckets - 1;
        _shift = Math.Max(0, System.Numerics.BitOperations.Log2((uint)Math.Max(1, largest)) + 1 - 10);
        Threshold = (uint)Buckets << _shift;
        Array.Clear(_histogram);
    }

    /// <summary>Takes a candidate whose sum is below <see cref="Threshold"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint sum, int number)
    {
        if (_count == _keys.Length)
            Array.Resize(ref _keys, _count * 2);
        _keys[_count++] = ((ulong)sum << 32) | (uint)number;
        _histogram[sum >> _shift]++;
        if (++_below > _wanted)
            Lower();
    }

    /// <summary>At least as many as were wanted, if so many were offered; in no particular order.</summary>
    public Span<ulong> Finish()
    {
        var kept = 0;
        var bound = (ulong)Threshold << 32;
        for (var i = 0; i < _count; i++)
        {
            // Written first, kept if it counts: no branch to guess wrong.
            var key = _keys[i];
            _keys[kept] = key;
            kept += key < bound ? 1 : 0;
        }
        return _keys.AsSpan(0, kept);
    }

    /// <summary>Every candidate that was taken, those that were beaten later included.</summary>
    public ReadOnlySpan<ulong> All => _keys.AsSpan(0, _count);

    public static int Number(ulong key) => (int)(uint)key;

    private void Lower()
    {
        while (_below - _histogram[_top] >= _wanted)
            _below -= _histogram[_top--];
        Threshold = (uint)(_top + 1) << _shift;
    }
}
