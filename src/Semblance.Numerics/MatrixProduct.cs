using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Products;

namespace Semblance.Numerics;

/// <summary>
/// Products of float32 matrices: packed panels, a register tile per instruction set, row blocks shared out over threads
/// (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
/// </summary>
/// <remarks>
/// Each element of a result is summed in an order that depends only on the shapes and the instruction set
/// (SEMBLANCE_SIMD), so the number of threads never changes a bit of it.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>
    /// Depth of a packed panel: a panel of B as wide as a tile (32 KB at 32 columns) stays in the first-level cache while
    /// the row block's panels of A stream past it.
    /// </summary>
    private const int DepthBlock = 256;

    /// <summary>Rows that one task packs and multiplies: 96 KB of A, a multiple of every tile's height.</summary>
    private const int RowBlock = 96;

    /// <summary>Columns of B packed at a time: 1 MB; a multiple of every tile's width.</summary>
    private const int ColumnBlock = 1024;

    private static readonly ITileKernel s_kernel = TileKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    /// <summary>
    /// <paramref name="result"/> = A·B, with either factor read transposed where asked: [m, k] · [k, n] = [m, n] after
    /// transposition. What the result held is overwritten. O(m·n·k). Packing pays from some ten rows on; for one row against
    /// many use <see cref="VectorMath.DotRows"/>.
    /// </summary>
    /// <param name="threads">How many threads may work; 1 stays on the caller's.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the result shares memory with a factor.</exception>
    public static void Multiply(Matrix a, Matrix b, Matrix result, bool transposeA = false, bool transposeB = false, int threads = 1)
        => Multiply(s_kernel, new Factor(a, transposeA), new Factor(b, transposeB), result, upperTriangle: false, threads);

    /// <summary>
    /// <paramref name="result"/> = Aᵀ·A, [d, d] for an [n, d] matrix: the Gram matrix of the columns, and (n − 1) times the
    /// covariance when their means are zero. Exactly symmetric. Half the work of the general product.
    /// </summary>
    /// <exception cref="ArgumentException">The result is not [d, d], or shares memory with <paramref name="a"/>.</exception>
    public static void Gram(Matrix a, Matrix result, int threads = 1) => Gram(s_kernel, a, result, transpose: true, threads);

    /// <summary><paramref name="result"/> = A·Aᵀ, [n, n]: all dot products of the rows. As <see cref="Gram(Matrix, Matrix, int)"/> otherwise.</summary>
    /// <exception cref="ArgumentException">The result is not [n, n], or shares memory with <paramref name="a"/>.</exception>
    public static void GramOfRows(Matrix a, Matrix result, int threads = 1) => Gram(s_kernel, a, result, transpose: false, threads);

    internal static void Gram(ITileKernel kernel, Matrix a, Matrix result, bool transpose, int threads)
    {
        Multiply(kernel, new Factor(a, transpose), new Factor(a, !transpose), result, upperTriangle: true, threads);
        for (var i = 1; i < result.Rows; i++)
        {
            var row = result.Row(i);
            for (var j = 0; j < i; j++)
                row[j] = result[j, i];
        }
    }

    internal static void Multiply(ITileKernel kernel, Factor a, Factor b, Matrix result, bool upperTriangle, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ThrowIfShapesDoNotFit(a, b, result);
        result.Span.Clear();
        if (result.Span.IsEmpty || a.Columns == 0)
            return;
        var widest = RoundUp(Math.Min(ColumnBlock, b.Columns), kernel.Columns);
        var packed = ArrayPool<float>.Shared.Rent(widest * Math.Min(DepthBlock, a.Columns));
        try
        {
            for (var column = 0; column < b.Columns; column += ColumnBlock)
            {
                var width = Math.Min(ColumnBlock, b.Columns - column);
                for (var depth = 0; depth < a.Columns; depth += DepthBlock)
                {
                    var block = new Block(column, width, depth, Math.Min(DepthBlock, a.Columns - depth), upperTriangle);
                    ForEach(DivideUp(width, kernel.Columns), threads, tile => PackB(kernel, b, block, tile, packed));
                    ForEach(DivideUp(a.Rows, RowBlock), threads, rows => MultiplyRowBlock(kernel, a, block, rows * RowBlock, packed, result));
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(packed);
        }
    }

    private static void PackB(ITileKernel kernel, Factor b, Block block, int tile, float[] packed)
    {
        var offset = tile * kernel.Columns;
        var width = Math.Min(kernel.Columns, block.Width - offset);
        b.PackColumns(block.Depth, block.DepthCount, block.Column + offset, width, kernel.Columns, packed.AsSpan(offset * block.DepthCount));
    }

    private static void MultiplyRowBlock(ITileKernel kernel, Factor a, Block block, int firstRow, float[] packedB, Matrix result)
    {
        var height = Math.Min(RowBlock, a.Rows - firstRow);
        // Above the diagonal only: columns left of the first row are mirrored later.
        if (block.UpperTriangle && block.Column + block.Width <= firstRow)
            return;
        var packedA = ArrayPool<float>.Shared.Rent(RoundUp(height, kernel.Rows) * block.DepthCount);
        for (var row = 0; row < height; row += kernel.Rows)
            a.PackRows(firstRow + row, Math.Min(kernel.Rows, height - row), kernel.Rows, block.Depth, block.DepthCount, packedA.AsSpan(row * block.DepthCount));

        Span<float> edge = stackalloc float[kernel.Rows * kernel.Columns];
        ref var c = ref MemoryMarshal.GetReference(result.Span);
        for (var column = 0; column < block.Width; column += kernel.Columns)
        {
            var width = Math.Min(kernel.Columns, block.Width - column);
            ref var panelB = ref packedB[column * block.DepthCount];
            for (var row = 0; row < height; row += kernel.Rows)
            {
                if (block.UpperTriangle && block.Column + column + width <= firstRow + row)
                    break;
                ref var panelA = ref packedA[row * block.DepthCount];
                ref var target = ref Unsafe.Add(ref c, (nint)(firstRow + row) * result.Columns + block.Column + column);
                var rows = Math.Min(kernel.Rows, height - row);
                if (rows == kernel.Rows && width == kernel.Columns)
                {
                    kernel.MultiplyAdd(block.DepthCount, ref panelA, ref panelB, ref target, result.Columns);
                    continue;
                }
                edge.Clear();
                kernel.MultiplyAdd(block.DepthCount, ref panelA, ref panelB, ref edge[0], kernel.Columns);
                for (var i = 0; i < rows; i++)
                {
                    for (var j = 0; j < width; j++)
                        Unsafe.Add(ref target, (nint)i * result.Columns + j) += edge[i * kernel.Columns + j];
                }
            }
        }
        ArrayPool<float>.Shared.Return(packedA);
    }

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
        if (result.Span.Overlaps(a.Matrix.Span) || result.Span.Overlaps(b.Matrix.Span))
            throw new ArgumentException("The result shares memory with a factor; give it memory of its own.", nameof(result));
    }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;

    private static int RoundUp(int value, int multiple) => DivideUp(value, multiple) * multiple;

    private readonly record struct Block(int Column, int Width, int Depth, int DepthCount, bool UpperTriangle);
}
