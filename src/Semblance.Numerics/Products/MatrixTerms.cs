namespace Semblance.Numerics.Products;

/// <summary>
/// A product of matrices, or of many of one shape: C[m, n] (+)= A[m, k] · B[k, n]. Strides are in elements and free, so each
/// factor may be transposed or a part of something wider; rows of C are contiguous. C shares no memory with a factor.
/// </summary>
internal unsafe struct MatrixTerms<T>
    where T : unmanaged
{
    /// <summary>m.</summary>
    public int Rows;

    /// <summary>n.</summary>
    public int Columns;

    /// <summary>k.</summary>
    public int Depth;

    public T* A;

    public nint ARow;

    public nint AColumn;

    public T* B;

    public nint BRow;

    public nint BColumn;

    /// <summary>B as <see cref="PackedPanels{T}"/> has it, read in place of B; null where there is none. For a single product over its whole depth.</summary>
    public T* Packed;

    public T* C;

    public nint CRow;

    /// <summary>Adds to what C holds.</summary>
    public bool Accumulate;

    /// <summary>Products of this shape; one unless said otherwise.</summary>
    public int Batch = 1;

    /// <summary>Elements from one product's A to the next one's.</summary>
    public nint ABatch;

    public nint BBatch;

    public nint CBatch;

    public MatrixTerms()
    {
    }
}
