namespace Semblance.Numerics.Products;

/// <summary>Rows of matrices, at equal distances.</summary>
internal readonly unsafe struct StridedRows<T>(T* rows, nint rowStride, T* targets, nint targetStride) : IProductRows<T>
    where T : unmanaged
{
    public void Locate(int first, int count, T** rowStarts, T** targetStarts)
    {
        var row = rows + (first * rowStride);
        var target = targets + (first * targetStride);
        for (var i = 0; i < count; i++, row += rowStride, target += targetStride)
        {
            rowStarts[i] = row;
            targetStarts[i] = target;
        }
    }
}
