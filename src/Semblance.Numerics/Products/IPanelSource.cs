using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>The right factor of a product, [depth, columns], as something that can be packed panel by panel.</summary>
internal unsafe interface IPanelSource<T>
    where T : unmanaged
{
    /// <summary>
    /// Packs rows [depth, depth + count) of columns [column, column + width) as <c>[count, stride]</c>; a panel is
    /// <paramref name="stride"/> wide, a multiple of a vector, and what lies beyond the width is zero.
    /// </summary>
    void Pack<TSimd, TVector>(T* panel, int stride, int depth, int count, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    /// <summary>
    /// Where a panel lies already as a packed one would from row <paramref name="depth"/> on, or null.
    /// </summary>
    T* Find(int stride, int depth, int column, int width);
}
