namespace Semblance.Numerics.Spectra;

/// <summary>
/// A = H·T·Hᵀ by Householder reflections (Golub and Van Loan, "Matrix Computations", 4th ed., §8.3.1): T is tridiagonal and
/// H the product of reflections H₀H₁…, H_k = I − β_k v_k v_kᵀ.
/// </summary>
internal sealed class Tridiagonalization
{
    private readonly int _size;
    private readonly double[] _matrix;
    private readonly double[] _beta;

    /// <summary>Takes over <paramref name="matrix"/>, symmetric, [size, size], both triangles filled. O(size³).</summary>
    public Tridiagonalization(double[] matrix, int size, CancellationToken cancellationToken)
    {
        _size = size;
        _matrix = matrix;
        _beta = new double[size];
        Diagonal = new double[size];
        OffDiagonal = new double[size];
        Reduce(cancellationToken);
    }

    public double[] Diagonal { get; }

    /// <summary>Element k stands between k and k + 1; the last is zero.</summary>
    public double[] OffDiagonal { get; }

    /// <summary>Turns an eigenvector of T into the one of A, in place.</summary>
    public void TransformBack(Span<double> vector)
    {
        for (var k = _size - 2; k >= 0; k--)
        {
            if (_beta[k] == 0)
                continue;
            var reflector = Tail(k, k + 1);
            var tail = vector[(k + 1)..];
            DoubleVectors.AddScaled(tail, -_beta[k] * DoubleVectors.Dot(tail, reflector), reflector);
        }
    }

    /// <summary>
    /// The rank-two update of step k is carried out together with the matrix-vector product of step k + 1, so that the
    /// matrix passes through the cache once a step. Reflector k is left in row k, right of the diagonal.
    /// </summary>
    private void Reduce(CancellationToken cancellationToken)
    {
        var v = new double[_size];
        var w = new double[_size];
        var product = new double[_size];
        for (var k = 0; k < _size; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = Tail(k, k);
            DoubleVectors.AddScaled(row, -v[k], w.AsSpan(k));
            DoubleVectors.AddScaled(row, -w[k], v.AsSpan(k));
            Diagonal[k] = row[0];
            if (k == _size - 1)
                break;

            var reflector = row[1..];
            (_beta[k], OffDiagonal[k]) = Reflect(reflector);
            for (var i = k + 1; i < _size; i++)
                product[i] = _beta[k] * DoubleVectors.SubtractAndDot(Tail(i, k + 1), v[i], w.AsSpan(k + 1), w[i], v.AsSpan(k + 1), reflector);
            reflector.CopyTo(v.AsSpan(k + 1));
            product.AsSpan(k + 1).CopyTo(w.AsSpan(k + 1));
            DoubleVectors.AddScaled(w.AsSpan(k + 1), -_beta[k] / 2 * DoubleVectors.Dot(product.AsSpan(k + 1), reflector), reflector);
            if (_beta[k] == 0)
                v.AsSpan(k + 1).Clear();
        }
    }

    /// <summary>Turns x into the v of the reflection that maps x onto a multiple of the first axis; β = 0 where x lies there already.</summary>
    private static (double Beta, double Mapped) Reflect(Span<double> x)
    {
        var rest = DoubleVectors.Dot(x[1..], x[1..]);
        if (rest == 0)
            return (0, x[0]);
        var mapped = -Math.CopySign(Math.Sqrt(x[0] * x[0] + rest), x[0]);
        x[0] -= mapped;
        return (2 / (x[0] * x[0] + rest), mapped);
    }

    private Span<double> Tail(int row, int from) => _matrix.AsSpan(row * _size + from, _size - from);
}
