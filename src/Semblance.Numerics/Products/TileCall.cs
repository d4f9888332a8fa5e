namespace Semblance.Numerics.Products;

/// <summary>
/// One call of <see cref="WideTile{TSimd, TVector, T, TRows}"/>: C[r, j] (+)= Σ A[r, k] · B[k, j] over a depth that is
/// <see cref="Segments"/> runs of <see cref="SegmentLength"/> steps.
/// </summary>
/// <remarks>
/// Element k of row r of A is <c>Rows[r][Skip + Offsets[k / SegmentLength] + (k % SegmentLength) · Step]</c>. Rows may lie anywhere, so a
/// matrix needs no packing whatever its strides, and the taps of a convolution are segments over one set of rows.
/// </remarks>
internal unsafe struct TileCall<T>
    where T : unmanaged
{
    /// <summary>Where each row of A begins, one per row of the tile; rows that are not wanted repeat another.</summary>
    public T** Rows;

    /// <summary>Where each row of C begins.</summary>
    public T** Targets;

    /// <summary>Elements from a row's beginning in C to the tile's first column.</summary>
    public nint Column;

    /// <summary>Elements from a row's beginning to each segment.</summary>
    public nint* Offsets;

    public int Segments;

    public nint SegmentLength;

    /// <summary>Elements that every segment begins later: where a block of the depth starts inside a long segment.</summary>
    public nint Skip;

    /// <summary>Elements of A between one k and the next.</summary>
    public nint Step;

    /// <summary>B, dense and a vector or two wide, all of it readable.</summary>
    public T* B;

    /// <summary>Memory that is read soon: a line of it is asked for with each k, wherever the pointer goes.</summary>
    public byte* Ahead;

    /// <summary>Bytes from one line asked for to the next.</summary>
    public nint AheadStep;

    /// <summary>Rows of C that are written.</summary>
    public int Height;

    /// <summary>Columns of C that are read and written.</summary>
    public int Width;

    /// <summary>Adds to what C holds.</summary>
    public bool Accumulate;
}
