using System.Numerics;
using Semblance.Numerics.Hadamard;
using Semblance.Numerics.Kernels;

namespace Semblance.Numerics;

/// <summary>
/// A seeded random orthogonal transform of d dimensions in O(d log d): norms, dot products and distances stay as they are
/// (up to rounding, 10⁻⁶ of them), and what was concentrated in few coordinates is spread over all, close to normally distributed.
/// Codes with one range or one threshold for all coordinates need that.
/// </summary>
/// <remarks>
/// <para>
/// Three rounds of random signs and a fast Walsh–Hadamard transform (Andoni et al., "Practical and optimal LSH for angular
/// distance", 2015). Where d is no power of two, a round transforms as many of the first coordinates as the largest power of
/// two below d, then as many of the last, and ends with a step of Kac's walk that mixes the lower half of the coordinates with
/// the upper one: without it a half would hardly hear of the other.
/// </para>
/// <para>
/// Dimension and seed say everything: save those two numbers. The same two give the same bits on every instruction set.
/// Immutable, and safe for use by several threads.
/// </para>
/// </remarks>
public sealed class RandomRotation
{
    private const int Rounds = 3;

    private static readonly IHadamardKernel s_kernel = HadamardKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    private readonly IHadamardKernel _kernel;
    private readonly int _window;
    private readonly int _transforms;
    // [transforms, window]: ±1/√window, which makes each transform orthogonal.
    private readonly float[] _factors;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is not positive.</exception>
    public RandomRotation(int dimension, long seed)
        : this(dimension, seed, s_kernel)
    {
    }

    internal RandomRotation(int dimension, long seed, IHadamardKernel kernel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        Seed = seed;
        _kernel = kernel;
        _window = 1 << BitOperations.Log2((uint)dimension);
        _transforms = _window == dimension ? Rounds : 2 * Rounds;
        _factors = new float[checked(_transforms * _window)];
        var random = new SeededRandom(seed);
        var scale = (float)(1 / Math.Sqrt(_window));
        ulong signs = 0;
        for (var i = 0; i < _factors.Length; i++)
        {
            signs = i % 64 == 0 ? random.NextUInt64() : signs >> 1;
            _factors[i] = (signs & 1) == 0 ? scale : -scale;
        }
    }

    /// <summary>d.</summary>
    public int Dimension { get; }

    public long Seed { get; }

    /// <summary>Rotates <paramref name="x"/> into <paramref name="y"/>. Allocates nothing.</summary>
    /// <param name="x">Length d.</param>
    /// <param name="y">Length d; <paramref name="x"/> itself, or memory that does not overlap it.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        ThrowIfLengthsAreWrong(x.Length, y.Length);
        x.CopyTo(y);
        for (var transform = 0; transform < _transforms; transform++)
        {
            ref var window = ref Window(y, transform);
            _kernel.Scale(ref window, ref _factors[transform * _window], _window);
            _kernel.Transform(ref window, _window);
            if (EndsRound(transform))
                Mix(y);
        }
    }

    /// <summary>Rotates every row: [n, d] to [n, d]. Each row has the very bits that it has when rotated alone.</summary>
    /// <exception cref="ArgumentException">The matrix has another number of columns than d.</exception>
    public Matrix Apply(Matrix x)
    {
        var result = new Matrix(x.Rows, Dimension);
        for (var i = 0; i < x.Rows; i++)
            Apply(x.Row(i), result.Row(i));
        return result;
    }

    /// <summary>Undoes <see cref="Apply(ReadOnlySpan{float}, Span{float})"/>, up to rounding; shapes as there.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void ApplyInverse(ReadOnlySpan<float> y, Span<float> x)
    {
        ThrowIfLengthsAreWrong(x.Length, y.Length);
        y.CopyTo(x);
        // Every step is symmetric, so the inverse is the same steps backwards.
        for (var transform = _transforms - 1; transform >= 0; transform--)
        {
            ref var window = ref Window(x, transform);
            if (EndsRound(transform))
                Mix(x);
            _kernel.Transform(ref window, _window);
            _kernel.Scale(ref window, ref _factors[transform * _window], _window);
        }
    }

    // The first coordinates and the last in turn; for a power of two they are the same.
    private ref float Window(Span<float> y, int transform) => ref y[transform % 2 == 0 ? 0 : Dimension - _window];

    private bool EndsRound(int transform) => _window < Dimension && transform % 2 == 1;

    private void Mix(Span<float> y)
    {
        // Where d is odd the middle one stays; it lies in both windows.
        var half = Dimension / 2;
        _kernel.MixPairs(ref y[0], ref y[Dimension - half], half);
    }

    private void ThrowIfLengthsAreWrong(int x, int y)
    {
        if (x != Dimension || y != Dimension)
            throw new ArgumentException($"This rotation takes {Dimension} numbers to {Dimension}; it was given {x} and {y}.");
    }
}
