namespace Semblance.Numerics.Products;

/// <summary>A part of a product that one thread works on: some rows and columns over the whole depth.</summary>
internal unsafe struct ProductBlock<T>
    where T : unmanaged
{
    public int FirstRow;

    public int Rows;

    public int FirstColumn;

    public int Columns;

    /// <summary>Elements from a row's beginning in A to each segment of the depth; see <see cref="TileCall{T}"/>.</summary>
    public nint* Offsets;

    public int Segments;

    public int SegmentLength;

    /// <summary>Elements of A between one k and the next of a segment.</summary>
    public nint Step;

    /// <summary>What is read after this block; empty where that is just what follows its rows in memory.</summary>
    public MemoryAhead Ahead;

    /// <summary>Adds to what the result holds.</summary>
    public bool Accumulate;
}
