using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// A right factor packed beforehand, panel after panel over its whole depth, as <see cref="BlockedProduct{TSimd, TVector, T}"/> reads it:
/// for weights that many products share. Nothing is copied when it is used.
/// </summary>
/// <param name="panels"><see cref="Length"/> elements that <see cref="Write"/> has filled.</param>
/// <param name="depth">Rows of the factor.</param>
internal readonly unsafe struct PackedPanels<T>(T* panels, int depth) : IPanelSource<T>
    where T : unmanaged
{
    /// <summary>Elements of a packed factor.</summary>
    public static nint Length(int depth, int columns, int vector) => (nint)depth * ((columns + vector - 1) / vector * vector);

    /// <summary>Packs the first <paramref name="count"/> rows of <paramref name="source"/> as rows [row, row + count) of a factor.</summary>
    /// <param name="depth">Rows of the factor.</param>
    public static void Write<TSimd, TVector, TSource>(TSource source, int row, int count, int columns, T* panels, int depth)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where TSource : struct, IPanelSource<T>
    {
        for (var column = 0; column < columns; column += 2 * TSimd.Count)
        {
            var width = Math.Min(2 * TSimd.Count, columns - column);
            // A panel of one vector where no more is left, as the product wants it.
            var stride = width > TSimd.Count ? 2 * TSimd.Count : TSimd.Count;
            source.Pack<TSimd, TVector>(panels + ((nint)column * depth) + ((nint)row * stride), stride, 0, count, column, width);
        }
    }

    public T* Find(int stride, int row, int column, int width) => panels + ((nint)column * depth) + ((nint)row * stride);

    public void Pack<TSimd, TVector>(T* panel, int stride, int row, int count, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => new Span<T>(Find(stride, row, column, width), count * stride).CopyTo(new Span<T>(panel, count * stride));
}
