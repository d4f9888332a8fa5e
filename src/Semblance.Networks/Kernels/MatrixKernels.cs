using System.Numerics;

namespace Semblance.Networks.Kernels;

/// <summary>Matrix products for layers.</summary>
internal static unsafe class MatrixKernels
{
    /// <summary>C[m, n] = A[m, k] · B[k, n], or added to C, whose rows lie <paramref name="stride"/> elements apart.</summary>
    public static void Multiply<T>(LayerCall<T> call, nint m, nint n, nint k, Strided<T> a, Strided<T> b, T* c, nint stride, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(m, 1 + ((1 << 16) / Math.Max(1, n * k)), (start, end) =>
        {
            for (var i = start; i < end; i++)
            {
                for (nint j = 0; j < n; j++)
                {
                    var sum = accumulate ? c[i * stride + j] : T.Zero;
                    for (nint d = 0; d < k; d++)
                        sum += a.Data[i * a.RowStride + d * a.ColumnStride] * b.Data[d * b.RowStride + j * b.ColumnStride];
                    c[i * stride + j] = sum;
                }
            }
        });

    /// <summary>Sums of the columns of a row-major [rows, columns] matrix, or added to what is there: the gradient of a bias.</summary>
    public static void SumRows<T>(T* matrix, nint rows, int columns, T* sums, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var target = new Span<T>(sums, columns);
        if (!accumulate)
            target.Clear();
        for (nint row = 0; row < rows; row++)
            System.Numerics.Tensors.TensorPrimitives.Add(target, new ReadOnlySpan<T>(matrix + row * columns, columns), target);
    }
}
