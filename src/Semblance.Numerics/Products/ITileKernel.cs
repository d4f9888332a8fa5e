namespace Semblance.Numerics.Products;

/// <summary>One instruction set's innermost product: a tile of the result held in registers.</summary>
internal interface ITileKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    /// <summary>Height of the tile; divides <c>RowBlock</c>.</summary>
    int Rows { get; }

    /// <summary>Width of the tile; divides <c>ColumnBlock</c>.</summary>
    int Columns { get; }

    /// <summary>
    /// Adds A·B to the tile at <paramref name="c"/>: A packed <c>[depth, Rows]</c>, B packed <c>[depth, Columns]</c>, and the
    /// tile's rows <paramref name="stride"/> floats apart.
    /// </summary>
    void MultiplyAdd(int depth, ref float a, ref float b, ref float c, int stride);
}
