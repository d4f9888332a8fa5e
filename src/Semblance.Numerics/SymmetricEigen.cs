using Semblance.Numerics.Spectra;

namespace Semblance.Numerics;

/// <summary>
/// Eigenvalues, largest first, and unit eigenvectors of a real symmetric matrix: exact to rounding, by Householder
/// tridiagonalization and the implicit QL iteration in double precision.
/// </summary>
/// <remarks>
/// A direct method rather than an iteration on a random subspace: its time does not depend on how fast the spectrum falls,
/// close or equal eigenvalues do no harm, and there is nothing to seed. The number of threads changes no bit.
/// </remarks>
public sealed class SymmetricEigen
{
    private SymmetricEigen(double[] values, Matrix vectors) => (Values, Vectors) = (values, vectors);

    /// <summary>Largest first.</summary>
    public double[] Values { get; }

    /// <summary>Row i is the unit eigenvector of <see cref="Values"/>[i]; its element of largest magnitude is positive.</summary>
    public Matrix Vectors { get; }

    /// <summary>All eigenpairs. O(n³).</summary>
    /// <exception cref="ArgumentException">The matrix is not square or not finite.</exception>
    public static SymmetricEigen Decompose(Matrix symmetric, int threads = 1, CancellationToken cancellationToken = default)
        => Top(symmetric, symmetric.Rows, threads, cancellationToken);

    /// <summary>
    /// The <paramref name="count"/> largest eigenpairs. All eigenvalues are found on the way; what is saved is the back
    /// transformation of the other vectors. Where the two triangles differ, their mean is taken.
    /// </summary>
    /// <exception cref="ArgumentException">The matrix is not square or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than the matrix has.</exception>
    public static SymmetricEigen Top(Matrix symmetric, int count, int threads = 1, CancellationToken cancellationToken = default)
    {
        if (symmetric.Rows != symmetric.Columns)
            throw new ArgumentException($"A symmetric matrix is square; this one is [{symmetric.Rows}, {symmetric.Columns}].", nameof(symmetric));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, symmetric.Rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);

        var size = symmetric.Rows;
        var reduced = new Tridiagonalization(Widen(symmetric), size, cancellationToken);
        var eigen = new TridiagonalEigen(reduced.Diagonal, reduced.OffDiagonal, threads, cancellationToken);
        // A stable order, so that equal eigenvalues keep theirs.
        var order = Enumerable.Range(0, size).OrderByDescending(i => eigen.Values[i]).Take(count).ToArray();
        var vectors = new Matrix(count, size);
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, i =>
        {
            var vector = new double[size];
            eigen.CopyVector(order[i], vector);
            reduced.TransformBack(vector);
            Narrow(vector, vectors.Row(i));
        });
        return new SymmetricEigen([.. order.Select(i => eigen.Values[i])], vectors);
    }

    private static double[] Widen(Matrix symmetric)
    {
        var size = symmetric.Rows;
        var wide = new double[checked(size * size)];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var value = ((double)symmetric[i, j] + symmetric[j, i]) / 2;
                if (!double.IsFinite(value))
                    throw new ArgumentException($"Element [{i}, {j}] is not finite; a matrix with such an element has no eigenvalues.", nameof(symmetric));
                wide[i * size + j] = value;
                wide[j * size + i] = value;
            }
        }
        return wide;
    }

    private static void Narrow(ReadOnlySpan<double> vector, Span<float> target)
    {
        var largest = 0.0;
        foreach (var x in vector)
        {
            if (Math.Abs(x) > Math.Abs(largest))
                largest = x;
        }
        var sign = largest < 0 ? -1 : 1;
        for (var i = 0; i < vector.Length; i++)
            target[i] = (float)(sign * vector[i]);
    }
}
