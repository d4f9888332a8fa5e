using System.Numerics;
using Semblance.Numerics.Products;

namespace Semblance.Networks.Kernels;

/// <summary>Matrix products for layers.</summary>
internal static unsafe class MatrixKernels
{
    /// <summary>Elements of scratch memory with which a product of a long depth and a small result is shared out too.</summary>
    public static nint ScratchLength(nint m, nint n, nint k)
        => MatrixMultiply<float>.ScratchLength(new MatrixTerms<float> { Rows = checked((int)m), Columns = checked((int)n), Depth = checked((int)k) });

    /// <summary>C[m, n] = A[m, k] · B[k, n], or added to C, whose rows lie <paramref name="stride"/> elements apart.</summary>
    /// <param name="scratch"><see cref="ScratchLength"/> elements, or null.</param>
    public static void Multiply<T>(LayerCall<T> call, nint m, nint n, nint k, Strided<T> a, Strided<T> b, T* c, nint stride, bool accumulate, T* scratch = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MatrixMultiply<T>.Run(
            new MatrixTerms<T>
            {
                Rows = checked((int)m),
                Columns = checked((int)n),
                Depth = checked((int)k),
                A = a.Data,
                ARow = a.RowStride,
                AColumn = a.ColumnStride,
                B = b.Data,
                BRow = b.RowStride,
                BColumn = b.ColumnStride,
                C = c,
                CRow = stride,
                Accumulate = accumulate,
            },
            call.Simd,
            call.Team,
            scratch);

    /// <summary>
    /// Products of one shape, each so many elements behind the last one: C[m, n] = A[m, k] · B[k, n] for each, or added to C.
    /// </summary>
    public static void MultiplyBatch<T>(LayerCall<T> call, nint batch, nint m, nint n, nint k, Strided<T> a, nint aBatch, Strided<T> b, nint bBatch, T* c, nint stride, nint cBatch, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => MatrixMultiply<T>.Run(
            new MatrixTerms<T>
            {
                Rows = checked((int)m),
                Columns = checked((int)n),
                Depth = checked((int)k),
                A = a.Data,
                ARow = a.RowStride,
                AColumn = a.ColumnStride,
                B = b.Data,
                BRow = b.RowStride,
                BColumn = b.ColumnStride,
                C = c,
                CRow = stride,
                Accumulate = accumulate,
                Batch = checked((int)batch),
                ABatch = aBatch,
                BBatch = bBatch,
                CBatch = cBatch,
            },
            call.Simd,
            call.Team,
            scratch: null);

    /// <summary>Sums of the columns of a row-major [rows, columns] matrix, or added to what is there: the gradient of a bias.</summary>
    public static void SumRows<T>(LayerCall<T> call, T* matrix, nint rows, int columns, T* sums, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ColumnSums<T>.Run(matrix, rows, columns, sums, accumulate, call.Simd, call.Team);
}
