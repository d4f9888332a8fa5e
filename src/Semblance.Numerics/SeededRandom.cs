using System.Numerics;

namespace Semblance.Numerics;

/// <summary>
/// The pseudo-random generator behind every seed in Semblance: xoshiro256** (Blackman and Vigna, "Scrambled linear
/// pseudorandom number generators", 2021), its state filled by splitmix64 from the seed.
/// </summary>
/// <remarks>
/// <see cref="Random"/> with a seed promises nothing across runtimes; this sequence is fixed. Only
/// <see cref="NextGaussian"/> passes through the platform's logarithm, whose last bit may differ between platforms.
/// Not safe for use by several threads: give each its own seed.
/// </remarks>
public sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareGaussian = double.NaN;

    public SeededRandom(long seed)
    {
        var state = unchecked((ulong)seed);
        _s0 = SplitMix64(ref state);
        _s1 = SplitMix64(ref state);
        _s2 = SplitMix64(ref state);
        _s3 = SplitMix64(ref state);
    }

    /// <summary>
    /// A generator for one part of a run, told apart by numbers such as epoch and position: what a part draws does not depend on
    /// how much the others have drawn, nor on which thread comes first. Parts of the same seed and numbers get the same generator.
    /// </summary>
    public static SeededRandom Derived(long seed, params ReadOnlySpan<long> part)
    {
        // Each number is mixed before the next is added, so that (1, 2) and (2, 1) differ.
        var state = unchecked((ulong)seed);
        foreach (var number in part)
            state = SplitMix64(ref state) ^ unchecked((ulong)number);
        return new SeededRandom(unchecked((long)SplitMix64(ref state)));
    }

    internal SeededRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>), without bias (Lemire, "Fast random integer generation in an interval", 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var range = (uint)exclusiveMax;
        var product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            var reject = (0u - range) % range;
            while ((uint)product < reject)
                product = (NextUInt64() >> 32) * range;
        }
        return (int)(product >> 32);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻²⁴.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>Normal with mean 0 and variance 1 (Marsaglia's polar method; every second call returns the spare of the one before).</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spareGaussian))
        {
            var spare = _spareGaussian;
            _spareGaussian = double.NaN;
            return spare;
        }
        while (true)
        {
            var x = 2 * NextDouble() - 1;
            var y = 2 * NextDouble() - 1;
            var square = x * x + y * y;
            if (square is >= 1 or 0)
                continue;
            var scale = Math.Sqrt(-2 * Math.Log(square) / square);
            _spareGaussian = y * scale;
            return x * scale;
        }
    }

    /// <summary>A uniformly random permutation of <paramref name="items"/>, in place (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    internal static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
