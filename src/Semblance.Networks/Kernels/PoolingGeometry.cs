namespace Semblance.Networks.Kernels;

/// <summary>
/// Where the windows of a pooling lie: output place (row, column) sees the input's rows from <c>row · StrideHeight − Top</c> on, as far as
/// there are any.
/// </summary>
internal readonly record struct PoolingGeometry(int Height, int Width, int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, Padding Padding, int OutputHeight, int OutputWidth)
{
    /// <summary>The input's rows in an output row's window: from Start up to, not including, End.</summary>
    public (int Start, int End) Rows(int outputRow) => Range(outputRow, StrideHeight, Padding.Top, KernelHeight, Height);

    public (int Start, int End) Columns(int outputColumn) => Range(outputColumn, StrideWidth, Padding.Left, KernelWidth, Width);

    /// <summary>The output's rows whose windows hold an input row: from Start up to, not including, End.</summary>
    public (int Start, int End) RowsOver(int row) => RangeOver(row, StrideHeight, Padding.Top, KernelHeight, OutputHeight);

    public (int Start, int End) ColumnsOver(int column) => RangeOver(column, StrideWidth, Padding.Left, KernelWidth, OutputWidth);

    /// <summary>Most output rows that see one input row.</summary>
    public int MostRowsOver => (KernelHeight + StrideHeight - 1) / StrideHeight;

    /// <summary>Number of windows along an axis; the last may hang over in ceil mode, but must begin in the picture or before it, as in PyTorch.</summary>
    public static int Windows(int size, int kernel, int stride, int before, int after, bool ceil)
    {
        var span = size + before + after - kernel;
        if (span < 0)
            return 0;
        var windows = ((ceil ? span + stride - 1 : span) / stride) + 1;
        return ceil && (windows - 1) * stride >= size + before ? windows - 1 : windows;
    }

    private static (int Start, int End) Range(int output, int stride, int before, int kernel, int size)
    {
        var start = (output * stride) - before;
        return (Math.Max(start, 0), Math.Min(start + kernel, size));
    }

    private static (int Start, int End) RangeOver(int place, int stride, int before, int kernel, int windows)
    {
        var last = (place + before) / stride;
        var below = place + before - kernel;
        var first = below < 0 ? 0 : (below / stride) + 1;
        return (first, Math.Min(last + 1, windows));
    }
}
