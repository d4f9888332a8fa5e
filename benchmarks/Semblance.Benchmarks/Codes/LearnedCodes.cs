using Semblance.Numerics;

namespace Semblance.Benchmarks.Codes;

/// <summary>
/// Codes drawn like learned ones: families of clusters of very different sizes; every bit with its own probability to differ from its
/// cluster's, between 0.5 and 20 %; and bits in blocks of up to eight that tend to flip together. Seeded: the first codes of a
/// longer draw are those of a shorter one.
/// </summary>
internal sealed class LearnedCodes
{
    private const int Families = 64;
    private const int ClustersOfFamily = 128;
    private const double FlippedInCluster = 0.15;

    private readonly int _words;
    private readonly ulong[] _centers;
    private readonly uint[] _flips; // Probability of each bit · 2³².
    private readonly (int First, int Count)[] _blocks;

    public LearnedCodes(int bits, long seed)
    {
        _words = bits / 64;
        var random = new SeededRandom(seed);
        var blocks = new List<(int, int)>();
        for (var bit = 0; bit < bits;)
        {
            var count = Math.Min(1 + random.NextInt(8), bits - bit);
            blocks.Add((bit, count));
            bit += count;
        }
        _blocks = [.. blocks];
        _flips = new uint[bits];
        foreach (ref var flip in _flips.AsSpan())
            flip = (uint)(0.005 * Math.Pow(40, random.NextDouble()) * uint.MaxValue);
        _centers = new ulong[Families * ClustersOfFamily * _words];
        var family = new ulong[_words];
        for (var cluster = 0; cluster < Families * ClustersOfFamily; cluster++)
        {
            if (cluster % ClustersOfFamily == 0)
                DrawFamily(random, family);
            var center = _centers.AsSpan(cluster * _words, _words);
            family.CopyTo(center);
            for (var bit = 0; bit < bits; bit++)
            {
                if (random.NextDouble() < FlippedInCluster)
                    center[bit / 64] ^= 1UL << (bit % 64);
            }
        }
    }

    /// <summary>Codes packed one after another.</summary>
    public ulong[] Draw(int count, long seed)
    {
        var random = new SeededRandom(seed);
        var codes = new ulong[(long)count * _words];
        for (var i = 0; i < count; i++)
            Draw(random, codes.AsSpan(i * _words, _words));
        return codes;
    }

    private void Draw(SeededRandom random, Span<ulong> code)
    {
        // Squared: the first clusters are the largest.
        var u = random.NextDouble();
        var cluster = (int)(u * u * Families * ClustersOfFamily);
        _centers.AsSpan(cluster * _words, _words).CopyTo(code);
        foreach (var (first, count) in _blocks)
        {
            // In one case of two the bits of a block share one draw, so they flip together where their probabilities allow.
            var draws = random.NextUInt64();
            var shared = (draws & 1) == 0;
            for (var bit = first; bit < first + count; bit++)
            {
                if ((uint)(draws >> 32) < _flips[bit])
                    code[bit / 64] ^= 1UL << (bit % 64);
                if (!shared)
                    draws = random.NextUInt64();
            }
        }
    }

    // A block's bits agree with one another in four cases of five.
    private void DrawFamily(SeededRandom random, Span<ulong> family)
    {
        family.Clear();
        foreach (var (first, count) in _blocks)
        {
            var common = random.NextInt(2);
            for (var bit = first; bit < first + count; bit++)
            {
                var value = random.NextInt(5) == 0 ? 1 - common : common;
                family[bit / 64] |= (ulong)value << (bit % 64);
            }
        }
    }
}
