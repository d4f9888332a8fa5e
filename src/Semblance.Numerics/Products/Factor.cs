using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Numerics.Products;

/// <summary>A matrix as a factor of a product, read transposed if asked, and its packing into panels.</summary>
internal readonly record struct Factor(Matrix Matrix, bool Transposed)
{
    public int Rows => Transposed ? Matrix.Columns : Matrix.Rows;

    public int Columns => Transposed ? Matrix.Rows : Matrix.Columns;

    /// <summary>
    /// Packs rows [row, row + rows) of columns [depth, depth + count) so that the <paramref name="height"/> elements of one
    /// column stand together; rows beyond <paramref name="rows"/> are zero.
    /// </summary>
    public void PackRows(int row, int rows, int height, int depth, int count, Span<float> panel)
        => Pack(panel, row, rows, height, depth, count, across: Transposed);

    /// <summary>
    /// Packs columns [column, column + columns) of rows [depth, depth + count) so that the <paramref name="width"/> elements
    /// of one row stand together; columns beyond <paramref name="columns"/> are zero.
    /// </summary>
    public void PackColumns(int depth, int count, int column, int columns, int width, Span<float> panel)
        => Pack(panel, column, columns, width, depth, count, across: !Transposed);

    /// <param name="across">The elements that are to stand together lie together in the matrix already.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(Span<float> panel, int lane, int lanes, int width, int depth, int count, bool across)
    {
        panel = panel[..(width * count)];
        ref var source = ref MemoryMarshal.GetReference(Matrix.Span);
        ref var target = ref MemoryMarshal.GetReference(panel);
        if (lanes < width)
            panel.Clear();
        if (across)
        {
            for (var k = 0; k < count; k++)
                Matrix.Row(depth + k).Slice(lane, lanes).CopyTo(panel[(k * width)..]);
            return;
        }
        for (var i = 0; i < lanes; i++)
        {
            ref var line = ref Unsafe.Add(ref source, (nint)(lane + i) * Matrix.Columns + depth);
            for (nint k = 0; k < count; k++)
                Unsafe.Add(ref target, k * width + i) = Unsafe.Add(ref line, k);
        }
    }
}
