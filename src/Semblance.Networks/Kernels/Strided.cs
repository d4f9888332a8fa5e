namespace Semblance.Networks.Kernels;

/// <summary>A matrix anywhere in memory: element (i, j) lies <c>i · RowStride + j · ColumnStride</c> elements behind the first.</summary>
internal readonly unsafe struct Strided<T>(T* data, nint rowStride, nint columnStride)
    where T : unmanaged
{
    public T* Data { get; } = data;

    public nint RowStride { get; } = rowStride;

    public nint ColumnStride { get; } = columnStride;

    public Strided<T> Transposed => new(Data, ColumnStride, RowStride);

    /// <summary>Rows of <paramref name="columns"/> elements without a gap.</summary>
    public static Strided<T> RowMajor(T* data, nint columns) => new(data, columns, 1);
}
