namespace Semblance.Numerics.Products;

/// <summary>A matrix as a factor of a product, read transposed if asked.</summary>
internal readonly record struct Factor(Matrix Matrix, bool Transposed)
{
    public int Rows => Transposed ? Matrix.Columns : Matrix.Rows;

    public int Columns => Transposed ? Matrix.Rows : Matrix.Columns;

    public nint RowStride => Transposed ? 1 : Matrix.Columns;

    public nint ColumnStride => Transposed ? Matrix.Columns : 1;
}
