using System.Runtime.CompilerServices;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics;

/// <summary>
/// Products of float32 matrices: a register tile per instruction set, blocks for the caches, shares for threads
/// (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
/// </summary>
/// <remarks>
/// Each element of a result is summed in an order that depends only on the shapes and the instruction set
/// (SEMBLANCE_SIMD), so the number of threads never changes a bit of it.
/// </remarks>
public static unsafe class MatrixProduct
{
    /// <summary>Rows of a Gram matrix that one task computes.</summary>
    private const int RowBlock = 96;

    /// <summary>
    /// <paramref name="result"/> = A·B, with either factor read transposed where asked: [m, k] · [k, n] = [m, n] after
    /// transposition. What the result held is overwritten. O(m·n·k). Packing pays from some ten rows on; for one row against
    /// many use <see cref="VectorMath.DotRows"/>.
    /// </summary>
    /// <param name="threads">How many threads may work; 1 stays on the caller's.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the result shares memory with a factor.</exception>
    public static void Multiply(Matrix a, Matrix b, Matrix result, bool transposeA = false, bool transposeB = false, int threads = 1)
        => Multiply(SimdWidth<float>.Chosen, new Factor(a, transposeA), new Factor(b, transposeB), result, threads);

    /// <summary>
    /// <paramref name="result"/> = Aᵀ·A, [d, d] for an [n, d] matrix: the Gram matrix of the columns, and (n − 1) times the
    /// covariance when their means are zero. Exactly symmetric. Half the work of the general product.
    /// </summary>
    /// <exception cref="ArgumentException">The result is not [d, d], or shares memory with <paramref name="a"/>.</exception>
    public static void Gram(Matrix a, Matrix result, int threads = 1) => Gram(SimdWidth<float>.Chosen, a, result, transpose: true, threads);

    /// <summary><paramref name="result"/> = A·Aᵀ, [n, n]: all dot products of the rows. As <see cref="Gram(Matrix, Matrix, int)"/> otherwise.</summary>
    /// <exception cref="ArgumentException">The result is not [n, n], or shares memory with <paramref name="a"/>.</exception>
    public static void GramOfRows(Matrix a, Matrix result, int threads = 1) => Gram(SimdWidth<float>.Chosen, a, result, transpose: false, threads);

    internal static void Gram(SimdWidth<float> width, Matrix a, Matrix result, bool transpose, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var (left, right) = (new Factor(a, transpose), new Factor(a, !transpose));
        ThrowIfShapesDoNotFit(left, right, result);
        fixed (float* data = &a.Origin, target = &result.Origin)
        {
            var terms = Terms(left, data, right, data, target);
            // Above the diagonal only: what is left of it is mirrored.
            ForEach((result.Rows + RowBlock - 1) / RowBlock, threads, block =>
            {
                var first = block * RowBlock;
                MatrixMultiply<float>.RunShare(terms, default(NoEpilogue<float>), width, first, Math.Min(RowBlock, terms.Rows - first), first, terms.Columns - first);
            });
        }
        for (var i = 1; i < result.Rows; i++)
        {
            var row = result.Row(i);
            for (var j = 0; j < i; j++)
                row[j] = result[j, i];
        }
    }

    internal static void Multiply(SimdWidth<float> width, Factor a, Factor b, Matrix result, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ThrowIfShapesDoNotFit(a, b, result);
        fixed (float* left = &a.Matrix.Origin, right = &b.Matrix.Origin, target = &result.Origin)
            MatrixMultiply<float>.Run(Terms(a, left, b, right, target), default(NoEpilogue<float>), width, threads, (count, body) => ForEach(count, threads, body), null);
    }

    private static MatrixTerms<float> Terms(Factor a, float* left, Factor b, float* right, float* result) => new()
    {
        Rows = a.Rows,
        Columns = b.Columns,
        Depth = a.Columns,
        A = left,
        ARow = a.RowStride,
        AColumn = a.ColumnStride,
        B = right,
        BRow = b.RowStride,
        BColumn = b.ColumnStride,
        C = result,
        CRow = b.Columns,
    };

    private static void ForEach(int count, int threads, Action<int> body)
    {
        if (threads > 1 && count > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
            return;
        }
        for (var i = 0; i < count; i++)
            body(i);
    }

    private static void ThrowIfShapesDoNotFit(Factor a, Factor b, Matrix result)
    {
        if (a.Columns != b.Rows)
            throw new ArgumentException($"[{a.Rows}, {a.Columns}] · [{b.Rows}, {b.Columns}] is no product: the inner sizes must be equal.");
        if (result.Rows != a.Rows || result.Columns != b.Columns)
            throw new ArgumentException($"The product is [{a.Rows}, {b.Columns}] and the result given is [{result.Rows}, {result.Columns}].", nameof(result));
        if (Overlap(result, a.Matrix) || Overlap(result, b.Matrix))
            throw new ArgumentException("The result shares memory with a factor; give it memory of its own.", nameof(result));
    }

    // Of addresses, because a large matrix has no span: one begins inside the other.
    private static bool Overlap(Matrix a, Matrix b)
    {
        var distance = Unsafe.ByteOffset(ref a.Origin, ref b.Origin);
        return a.Length > 0 && b.Length > 0 && (distance >= 0 ? distance < a.Length * sizeof(float) : -distance < b.Length * sizeof(float));
    }
}
