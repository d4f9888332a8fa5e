namespace Semblance.Numerics.Products;

/// <summary>One instruction set's innermost step of <see cref="QueryBlock"/>: some rows against a block of queries.</summary>
internal interface IQueryTileKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    /// <summary>Rows of one step.</summary>
    int Rows { get; }

    /// <summary>Queries of a block, at most 32.</summary>
    int Columns { get; }

    /// <summary>
    /// Bit c of <paramref name="masks"/>[r] is set where offsets[r] − row r · query c ≤ thresholds[c], and cleared elsewhere.
    /// Rows are packed <c>[Rows, dimension]</c>, queries <c>[dimension, Columns]</c>.
    /// </summary>
    /// <param name="next">As many elements as the rows have, which the caller will read soon: asked for meanwhile. Any address will do.</param>
    void Select(int dimension, ref float rows, ref float next, ref float queries, ref float offsets, ref float thresholds, ref uint masks);
}
