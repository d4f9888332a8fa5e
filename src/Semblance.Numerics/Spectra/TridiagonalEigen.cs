using System.Numerics;
using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Spectra;

/// <summary>
/// All eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the QL iteration with implicit shifts
/// (Dubrulle, Martin and Wilkinson, "The implicit QL algorithm", 1968).
/// </summary>
/// <remarks>
/// The iteration itself never looks at the vectors, so its rotations are recorded and then applied a batch at a time to
/// strips of the vectors that fit the second-level cache. Applied one sweep at a time to whole vectors, they would move the
/// matrix through memory once a sweep.
/// </remarks>
internal sealed class TridiagonalEigen
{
    /// <summary>One megabyte of rotations a batch.</summary>
    private const int BatchRotations = 1 << 16;

    private const int MaximumSweepsPerValue = 80;

    private readonly int _size;
    private readonly double[] _diagonal;
    private readonly double[] _offDiagonal;
    private readonly double[][] _strips;
    private readonly List<Sweep> _sweeps = [];
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private readonly int _threads;
    private int _rotations;

    /// <summary>Takes over both arrays; <paramref name="offDiagonal"/>[k] stands between k and k + 1. O(size³).</summary>
    /// <exception cref="ArithmeticException">The iteration did not converge.</exception>
    public TridiagonalEigen(double[] diagonal, double[] offDiagonal, int threads, CancellationToken cancellationToken)
    {
        _size = diagonal.Length;
        _diagonal = diagonal;
        _offDiagonal = offDiagonal;
        _threads = threads;
        _cosines = new double[BatchRotations + _size];
        _sines = new double[BatchRotations + _size];
        _strips = Identity(_size);
        Iterate(cancellationToken);
    }

    /// <summary>In no particular order.</summary>
    public double[] Values => _diagonal;

    private static int StripWidth => 4 * Vector<double>.Count;

    /// <summary>The unit eigenvector of <see cref="Values"/>[index].</summary>
    public void CopyVector(int index, Span<double> vector)
    {
        for (var i = 0; i < _size; i += StripWidth)
            _strips[i / StripWidth].AsSpan(index * StripWidth, Math.Min(StripWidth, _size - i)).CopyTo(vector[i..]);
    }

    /// <summary>Strip s holds components [s·width, (s + 1)·width) of every vector, vector after vector.</summary>
    private static double[][] Identity(int size)
    {
        var strips = new double[(size + StripWidth - 1) / StripWidth][];
        for (var s = 0; s < strips.Length; s++)
            strips[s] = new double[size * StripWidth];
        for (var i = 0; i < size; i++)
            strips[i / StripWidth][i * StripWidth + i % StripWidth] = 1;
        return strips;
    }

    private void Iterate(CancellationToken cancellationToken)
    {
        // An element this small changes no eigenvalue by more than the rounding of the largest.
        var negligible = double.BitIncrement(1) - 1;
        var norm = 0.0;
        for (var i = 0; i < _size; i++)
            norm = Math.Max(norm, Math.Abs(_diagonal[i]) + Math.Abs(_offDiagonal[i]));
        negligible *= norm / 4;

        for (var first = 0; first < _size; first++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var sweeps = 0; ; sweeps++)
            {
                var last = first;
                while (last < _size - 1 && Math.Abs(_offDiagonal[last]) > negligible)
                    last++;
                if (last == first)
                    break;
                if (sweeps == MaximumSweepsPerValue)
                    throw new ArithmeticException($"The QL iteration found no eigenvalue {first} of {_size} in {MaximumSweepsPerValue} sweeps.");
                SweepUp(first, last);
                if (_rotations >= BatchRotations)
                    ApplyRotations();
            }
        }
        ApplyRotations();
    }

    /// <summary>
    /// One QL sweep over the unreduced block [first, last]. The shift is the eigenvalue of the leading 2 × 2 block that is
    /// nearer its corner (Wilkinson's).
    /// </summary>
    private void SweepUp(int first, int last)
    {
        var (d, e) = (_diagonal, _offDiagonal);
        var half = (d[first + 1] - d[first]) / (2 * e[first]);
        var bulge = d[last] - d[first] + e[first] / (half + Math.CopySign(double.Hypot(half, 1), half));
        double sine = 1, cosine = 1, correction = 0;
        var start = _rotations;
        for (var i = last - 1; i >= first; i--)
        {
            var chased = sine * e[i];
            var kept = cosine * e[i];
            var radius = double.Hypot(chased, bulge);
            e[i + 1] = radius;
            if (radius == 0)
            {
                // The block fell apart on the way: what is above is swept next time.
                d[i + 1] -= correction;
                e[last] = 0;
                _sweeps.Add(new Sweep(last, start, _rotations - start));
                return;
            }
            sine = chased / radius;
            cosine = bulge / radius;
            var shifted = d[i + 1] - correction;
            var turned = (d[i] - shifted) * sine + 2 * cosine * kept;
            correction = sine * turned;
            d[i + 1] = shifted + correction;
            bulge = cosine * turned - kept;
            _cosines[_rotations] = cosine;
            _sines[_rotations++] = sine;
        }
        d[first] -= correction;
        e[first] = bulge;
        e[last] = 0;
        _sweeps.Add(new Sweep(last, start, _rotations - start));
    }

    private void ApplyRotations()
    {
        if (_threads > 1)
            Parallel.For(0, _strips.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, s => Rotate(_strips[s]));
        else
        {
            foreach (var strip in _strips)
                Rotate(strip);
        }
        _sweeps.Clear();
        _rotations = 0;
    }

    private void Rotate(double[] strip)
    {
        foreach (var sweep in _sweeps)
            Rotate(strip, sweep.Last, _cosines.AsSpan(sweep.Start, sweep.Count), _sines.AsSpan(sweep.Start, sweep.Count));
    }

    /// <summary>Rotation j turns vectors (last − 1 − j, last − j). The lower one goes on into the next rotation in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double[] strip, int last, ReadOnlySpan<double> cosines, ReadOnlySpan<double> sines)
    {
        var lanes = (nuint)Vector<double>.Count;
        ref var origin = ref strip[0];
        var at = (nuint)(last * StripWidth);
        var c0 = Vector.LoadUnsafe(ref origin, at);
        var c1 = Vector.LoadUnsafe(ref origin, at + lanes);
        var c2 = Vector.LoadUnsafe(ref origin, at + 2 * lanes);
        var c3 = Vector.LoadUnsafe(ref origin, at + 3 * lanes);
        for (var j = 0; j < cosines.Length; j++)
        {
            var cosine = new Vector<double>(cosines[j]);
            var sine = new Vector<double>(sines[j]);
            var from = at - 4 * lanes;
            var x0 = Vector.LoadUnsafe(ref origin, from);
            var x1 = Vector.LoadUnsafe(ref origin, from + lanes);
            var x2 = Vector.LoadUnsafe(ref origin, from + 2 * lanes);
            var x3 = Vector.LoadUnsafe(ref origin, from + 3 * lanes);
            (sine * x0 + cosine * c0).StoreUnsafe(ref origin, at);
            (sine * x1 + cosine * c1).StoreUnsafe(ref origin, at + lanes);
            (sine * x2 + cosine * c2).StoreUnsafe(ref origin, at + 2 * lanes);
            (sine * x3 + cosine * c3).StoreUnsafe(ref origin, at + 3 * lanes);
            c0 = cosine * x0 - sine * c0;
            c1 = cosine * x1 - sine * c1;
            c2 = cosine * x2 - sine * c2;
            c3 = cosine * x3 - sine * c3;
            at = from;
        }
        c0.StoreUnsafe(ref origin, at);
        c1.StoreUnsafe(ref origin, at + lanes);
        c2.StoreUnsafe(ref origin, at + 2 * lanes);
        c3.StoreUnsafe(ref origin, at + 3 * lanes);
    }

    /// <summary>Rotations [Start, Start + Count) of the batch, downwards from vectors (Last − 1, Last).</summary>
    private readonly record struct Sweep(int Last, int Start, int Count);
}
