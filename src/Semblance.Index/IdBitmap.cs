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

    private IdBitmap(ulong[] words, int count) => (_words, Count) = (words, count);

    public int Count { get; private set; }

    /// <summary>Another after every change.</summary>
    internal int Version { get; private set; }

    /// <summary>False when the id was there already.</summary>
    public bool Add(long id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        EnsureRoom(id);
        var word = (int)(id >> 6);
        var bit = 1UL << (int)(id & 63);
        if ((_words[word] & bit) != 0)
            return false;
        _words[word] |= bit;
        Count++;
        Version++;
        return true;
    }

    /// <summary>Adds all of them, or none when one is negative; those that are there already stay. About a nanosecond each.</summary>
    public void AddRange(ReadOnlySpan<long> ids)
    {
        if (ids.IsEmpty)
            return;
        var (least, most) = (long.MaxValue, -1L);
        foreach (var id in ids)
            (least, most) = (Math.Min(least, id), Math.Max(most, id));
        ArgumentOutOfRangeException.ThrowIfNegative(least, nameof(ids));
        EnsureRoom(most);
        var words = _words;
        var added = 0;
        foreach (var id in ids)
        {
            ref var word = ref words[id >> 6];
            added += (int)(~word >> (int)(id & 63) & 1);
            word |= 1UL << (int)(id & 63);
        }
        Count += added;
        Version++;
    }

    /// <summary>Keeps the ids that are in both. O(words), as <see cref="Or"/> and <see cref="AndNot"/>.</summary>
    public void And(IdBitmap other)
    {
        var common = Math.Min(_words.Length, other._words.Length);
        for (var word = 0; word < common; word++)
            _words[word] &= other._words[word];
        _words.AsSpan(common).Clear();
        Recount();
    }

    /// <summary>Adds the ids of the other.</summary>
    public void Or(IdBitmap other)
    {
        if (other._words.Length > _words.Length)
            Array.Resize(ref _words, other._words.Length);
        for (var word = 0; word < other._words.Length; word++)
            _words[word] |= other._words[word];
        Recount();
    }

    /// <summary>Takes away the ids of the other.</summary>
    public void AndNot(IdBitmap other)
    {
        var common = Math.Min(_words.Length, other._words.Length);
        for (var word = 0; word < common; word++)
            _words[word] &= ~other._words[word];
        Recount();
    }

    /// <summary>A copy that may be changed while this one is read.</summary>
    public IdBitmap Clone() => new((ulong[])_words.Clone(), Count);

    /// <summary>False when the id was not there.</summary>
    public bool Remove(long id)
    {
        if (!Contains(id))
            return false;
        _words[id >> 6] &= ~(1UL << (int)(id & 63));
        Count--;
        Version++;
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

    private void EnsureRoom(long id)
    {
        var word = checked((int)(id >> 6));
        if (word >= _words.Length)
            Array.Resize(ref _words, checked((int)Math.Min(Array.MaxLength, Math.Max(word + 1L, _words.Length * 2L))));
    }

    private void Recount()
    {
        var count = 0;
        foreach (var word in _words)
            count += BitOperations.PopCount(word);
        Count = count;
        Version++;
    }

    private static IReadOnlySet<long> AsSet(IEnumerable<long> other) => other as IReadOnlySet<long> ?? new HashSet<long>(other);
}
