namespace Semblance.Numerics.Products;

/// <summary>Where the rows of the left factor and of the result lie: of matrices, or of pictures' pixels.</summary>
internal unsafe interface IProductRows<T>
    where T : unmanaged
{
    /// <summary>Writes where rows [first, first + count) begin.</summary>
    void Locate(int first, int count, T** rows, T** targets);
}
