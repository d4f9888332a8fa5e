using System.Collections;
using System.Numerics;

namespace Semblance.Index;

/// <summary>
/// A set of non-negative ids as one bit each: the compact form of <see cref="SearchOptions.Allowed"/> for ids that lie close
/// together, such as row numbers of a table. Memory is the largest id / 8 bytes; membership is one load.
/// Not safe to change while it is read.
/// </summary>
public sealed class IdBitmap : IReadOnlySet<long>
{
    private ulong[] _words;

    /// <summary>An empty set with room for ids below <paramref name="capacity"/>; it grows by itself.</summary>
    public IdBitmap(long capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _words = new ulong[checked((int)((capacity + 63) / 64))];
    }

    public IdBitmap(IEnumerable<long> ids)
        : this(0)
    {
        foreach (var id in ids)
            Add(id);
    }

    public int Count { get; private set; }

    /// <summary>False when the id was there already.</summary>
    public bool Add(long id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        var word = checked((int)(id >> 6));
        if (word >= _words.Length)
            Array.Resize(ref _words, checked((int)Math.Min(Array.MaxLength, Math.Max(word + 1L, _words.Length * 2L))));
        var bit = 1UL << (int)(id & 63);
        if ((_words[word] & bit) != 0)
            return false;
        _words[word] |= bit;
        Count++;
        return true;
    }

    /// <summary>False when the id was not there.</summary>
    public bool Remove(long id)
    {
        if (!Contains(id))
            return false;
        _words[id >> 6] &= ~(1UL << (int)(id & 63));
        Count--;
        return true;
    }

    public bool Contains(long item)
    {
        var word = (ulong)item >> 6;
        return word < (ulong)_words.Length && (_words[word] >> (int)(item & 63) & 1) != 0;
    }

    public IEnumerator<long> GetEnumerator()
    {
        for (var word = 0; word < _words.Length; word++)
        {
            for (var bits = _words[word]; bits != 0; bits &= bits - 1)
                yield return ((long)word << 6) + BitOperations.TrailingZeroCount(bits);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool IsSubsetOf(IEnumerable<long> other) => AsSet(other) is var set && Count <= set.Count && this.All(set.Contains);

    public bool IsProperSubsetOf(IEnumerable<long> other) => AsSet(other) is var set && Count < set.Count && this.All(set.Contains);

    public bool IsSupersetOf(IEnumerable<long> other) => other.All(Contains);

    public bool IsProperSupersetOf(IEnumerable<long> other) => AsSet(other) is var set && set.Count < Count && set.All(Contains);

    public bool Overlaps(IEnumerable<long> other) => other.Any(Contains);

    public bool SetEquals(IEnumerable<long> other) => AsSet(other) is var set && set.Count == Count && set.All(Contains);

    private static IReadOnlySet<long> AsSet(IEnumerable<long> other) => other as IReadOnlySet<long> ?? new HashSet<long>(other);
}
