using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Semblance.Index.Rows;

namespace Semblance.Index.MultiIndex;

/// <summary>
/// Which bits of a code make up which substring: a partition of the bits, as one mask a substring and word. Bits of learned codes
/// are correlated; substrings of correlated bits put most codes into few buckets, so bits are dealt out such that those that vary
/// together part (Norouzi et al., section 6).
/// </summary>
internal sealed class SubstringLayout
{
    /// <summary>A table has 2^bits starts.</summary>
    public const int MaxBits = 28;

    // A bit's correlation is known to about 0.02 by then.
    private const int SampleRows = 2048;

    private readonly ulong[] _masks; // [substrings, words]
    private readonly int[] _bits;

    /// <param name="masks">[substrings, <paramref name="words"/>].</param>
    public SubstringLayout(ulong[] masks, int words)
    {
        _masks = masks;
        Words = words;
        _bits = new int[masks.Length / words];
        for (var i = 0; i < masks.Length; i++)
            _bits[i / words] += BitOperations.PopCount(masks[i]);
    }

    public int Words { get; }

    public int Substrings => _bits.Length;

    public ReadOnlySpan<ulong> Masks => _masks;

    public int Bits(int substring) => _bits[substring];

    /// <summary>Whether the masks share out every bit once and tables of that size can be.</summary>
    public bool IsSound()
    {
        for (var word = 0; word < Words; word++)
        {
            ulong all = 0;
            for (var substring = 0; substring < Substrings; substring++)
            {
                var mask = _masks[(substring * Words) + word];
                if ((all & mask) != 0)
                    return false;
                all |= mask;
            }
            if (all != ulong.MaxValue)
                return false;
        }
        return _bits.All(bits => bits is > 0 and <= MaxBits);
    }

    /// <summary>The substring's bits, packed in the order of the code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Key(ReadOnlySpan<ulong> code, int substring)
    {
        var masks = _masks.AsSpan(substring * Words, Words);
        ulong key = 0;
        var shift = 0;
        for (var word = 0; word < masks.Length; word++)
        {
            if (masks[word] == 0)
                continue;
            key |= Extract(code[word], masks[word]) << shift;
            shift += BitOperations.PopCount(masks[word]);
        }
        return (uint)key;
    }

    /// <summary>In how many of the substring's bits the codes differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, int substring)
    {
        var masks = _masks.AsSpan(substring * Words, Words);
        var distance = 0;
        for (var word = 0; word < masks.Length; word++)
            distance += BitOperations.PopCount((a[word] ^ b[word]) & masks[word]);
        return distance;
    }

    /// <summary>The layout for these rows: substrings of at most log₂ n bits, as few as that allows.</summary>
    public static SubstringLayout For(RowSnapshot<ulong> rows, int words)
    {
        var bits = words * 64;
        var substrings = Math.Max(DivideUp(bits, MaxBits), (int)Math.Ceiling(bits / Math.Max(4, Math.Log2(rows.Positions))));
        var columns = Columns(rows, words, out var sampled);
        var set = Array.ConvertAll(columns, column => column.Sum(BitOperations.PopCount) / (double)sampled);
        var members = Enumerable.Range(0, substrings).Select(_ => new List<int>()).ToArray();
        foreach (var bit in Enumerable.Range(0, bits).OrderByDescending(bit => set[bit] * (1 - set[bit])))
        {
            var best = -1;
            var least = double.PositiveInfinity;
            for (var substring = 0; substring < substrings; substring++)
            {
                // Sizes differ by one at most.
                if (members[substring].Count >= bits / substrings + (substring < bits % substrings ? 1 : 0))
                    continue;
                // The size breaks ties, so that bits without correlation are dealt out in turn.
                var sum = 1e-3 * members[substring].Count;
                // |covariance|; bits that vary most come first, for they have most to lose.
                foreach (var other in members[substring])
                    sum += Math.Abs((Common(columns[bit], columns[other]) / (double)sampled) - (set[bit] * set[other]));
                if (sum < least)
                    (best, least) = (substring, sum);
            }
            members[best].Add(bit);
        }
        var masks = new ulong[substrings * words];
        for (var substring = 0; substring < substrings; substring++)
        {
            foreach (var bit in members[substring])
                masks[(substring * words) + (bit / 64)] |= 1UL << (bit % 64);
        }
        return new SubstringLayout(masks, words);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Extract(ulong word, ulong mask)
    {
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.ParallelBitExtract(word, mask);
        ulong extracted = 0;
        for (var at = 0; mask != 0; mask &= mask - 1, at++)
            extracted |= (word >> BitOperations.TrailingZeroCount(mask) & 1) << at;
        return extracted;
    }

    /// <summary>For each bit of the code, its values in a sample of the rows, one bit a row.</summary>
    private static ulong[][] Columns(RowSnapshot<ulong> rows, int words, out int sampled)
    {
        sampled = Math.Min(SampleRows, rows.Positions);
        var columns = new ulong[words * 64][];
        for (var bit = 0; bit < columns.Length; bit++)
            columns[bit] = new ulong[(sampled + 63) / 64];
        for (var i = 0; i < sampled; i++)
        {
            var code = rows.RowAt((int)((long)rows.Positions * i / sampled));
            for (var bit = 0; bit < columns.Length; bit++)
                columns[bit][i / 64] |= (code[bit / 64] >> (bit % 64) & 1) << (i % 64);
        }
        return columns;
    }

    private static int Common(ulong[] a, ulong[] b)
    {
        var common = 0;
        for (var i = 0; i < a.Length; i++)
            common += BitOperations.PopCount(a[i] & b[i]);
        return common;
    }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}
