using System.Runtime.CompilerServices;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The candidates with the smallest keys. A histogram of those kept gives, after every candidate, the key that nothing above can beat;
/// candidates are appended, and sifted once at the end. O(1) a candidate, a few more than wanted where keys lie close. Keys are not
/// negative: the bits of such floats order as they do, and their upper part numbers buckets of a 512th of the key.
/// </summary>
internal sealed class Shortlist
{
    // Eight octaves below the largest key of the first candidates; what lies lower shares the lowest bucket.
    private const int Buckets = 4096;
    private const int Shift = 14;

    private readonly ushort[] _histogram = new ushort[Buckets];
    private ulong[] _keys = new ulong[256];
    private int _count;
    private int _wanted;
    private int _base;
    private int _below; // Kept candidates in buckets up to _top.
    private int _top;

    /// <summary>Keys from this on cannot enter any more.</summary>
    public float Threshold { get; private set; }

    /// <param name="wanted">At least 1, below 65,536.</param>
    public void Start(int wanted)
    {
        _wanted = Math.Min(wanted, ushort.MaxValue - 1);
        _count = 0;
        _below = -1;
        Threshold = float.PositiveInfinity;
    }

    /// <summary>Takes a candidate whose key is below <see cref="Threshold"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float key, int number)
    {
        if (_count == _keys.Length)
            Array.Resize(ref _keys, _count * 2);
        var bits = BitConverter.SingleToUInt32Bits(MathF.Max(key, 0));
        _keys[_count++] = ((ulong)bits << 32) | (uint)number;
        if (_below < 0)
        {
            if (_count > _wanted)
                Open();
            return;
        }
        _histogram[Math.Clamp((int)(bits >> Shift) - _base, 0, Buckets - 1)]++;
        if (++_below > _wanted)
            Lower();
    }

    /// <summary>At least as many as were wanted, if so many were offered; in no particular order.</summary>
    public Span<ulong> Finish()
    {
        if (float.IsPositiveInfinity(Threshold))
            return _keys.AsSpan(0, _count);
        var kept = 0;
        var bound = (ulong)BitConverter.SingleToUInt32Bits(Threshold) << 32;
        for (var i = 0; i < _count; i++)
        {
            // Written first, kept if it counts: no branch to guess wrong.
            var key = _keys[i];
            _keys[kept] = key;
            kept += key < bound ? 1 : 0;
        }
        return _keys.AsSpan(0, kept);
    }

    public static int Number(ulong key) => (int)(uint)key;

    // There are more than wanted: their largest key sets the range of the buckets.
    private void Open()
    {
        ulong largest = 0;
        foreach (var key in _keys.AsSpan(0, _count))
            largest = Math.Max(largest, key);
        _base = (int)(largest >> (32 + Shift)) - Buckets + 1;
        _top = Buckets - 1;
        Array.Clear(_histogram);
        foreach (var key in _keys.AsSpan(0, _count))
            _histogram[Math.Max((int)(key >> (32 + Shift)) - _base, 0)]++;
        _below = _count;
        Lower();
    }

    private void Lower()
    {
        while (_below - _histogram[_top] >= _wanted)
            _below -= _histogram[_top--];
        Threshold = BitConverter.UInt32BitsToSingle((uint)Math.Max(0, _base + _top + 1) << Shift);
    }
}
