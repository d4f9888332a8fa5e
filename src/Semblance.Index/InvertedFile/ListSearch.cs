using Semblance.Index.Codecs;

namespace Semblance.Index.InvertedFile;

/// <summary>The buffers of one search, used again by the next.</summary>
internal sealed class ListSearch(ProductQuantizer? quantizer)
{
    private ushort[] _sums = [];
    private int[] _order = [];
    private float[] _distances = [];

    public LookupTables Tables => field ??= new LookupTables(quantizer!);

    public Shortlist Rows { get; } = new();

    public Shortlist Lists { get; } = new();

    private ulong[] _seen = [];

    /// <summary>False when the position was entered before; to be taken out again by <see cref="Leave"/>.</summary>
    public bool Enter(int position, int positions)
    {
        if (_seen.Length * 64L < positions)
            _seen = new ulong[(positions + 63) / 64];
        ref var word = ref _seen[position >> 6];
        var bit = 1UL << position;
        if ((word & bit) != 0)
            return false;
        word |= bit;
        return true;
    }

    public void Leave(int position) => _seen[position >> 6] = 0;

    public Span<ushort> Sums(int count) => Buffer(ref _sums, count);

    public Span<int> Order(int count) => Buffer(ref _order, count);

    public Span<float> Distances(int count) => Buffer(ref _distances, count);

    private static Span<T> Buffer<T>(ref T[] buffer, int count)
    {
        if (buffer.Length < count)
            buffer = new T[Math.Max(count, buffer.Length * 2)];
        return buffer.AsSpan(0, count);
    }
}
