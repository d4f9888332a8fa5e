using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>Leaves the product as it is.</summary>
internal readonly unsafe struct NoEpilogue<T> : IProductEpilogue<T>
    where T : unmanaged
{
    public bool IsNone => true;

    public void Apply<TSimd, TVector>(T* target, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
    }
}
