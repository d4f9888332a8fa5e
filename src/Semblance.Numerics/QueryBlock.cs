using System.Runtime.InteropServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Products;

namespace Semblance.Numerics;

/// <summary>
/// Some queries laid out for inner products with many rows: a register tile of rows × queries, at the speed of arithmetic where one
/// query after another runs at that of loads. The products themselves are not kept: each is compared with its query's threshold at once.
/// </summary>
/// <remarks>
/// A product is summed element after element, in another order than <see cref="VectorMath"/> does; both are within
/// dimension · 2⁻²⁴ · Σ|aᵢbᵢ| of the truth. The instruction set is that of <see cref="VectorMath"/>.
/// </remarks>
internal sealed class QueryBlock
{
    private const int MaxRows = 8;
    private const int MaxWidth = 32;

    private static readonly IQueryTileKernel s_kernel = QueryTileKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable));

    private readonly IQueryTileKernel _kernel;
    private readonly float[] _packed; // [dimension, columns]
    private readonly int _dimension;

    /// <param name="queries">Packed <c>[n, dimension]</c>, n from 1 to <see cref="Width"/>.</param>
    /// <exception cref="ArgumentException">That is no such number of queries.</exception>
    public QueryBlock(ReadOnlySpan<float> queries, int dimension)
        : this(s_kernel, queries, dimension)
    {
    }

    internal QueryBlock(IQueryTileKernel kernel, ReadOnlySpan<float> queries, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Count = queries.Length / dimension;
        if (Count < 1 || Count > kernel.Columns || Count * dimension != queries.Length)
            throw new ArgumentException($"{queries.Length} elements are not 1 to {kernel.Columns} queries of {dimension}.", nameof(queries));
        _kernel = kernel;
        _dimension = dimension;
        _packed = new float[kernel.Columns * dimension];
        for (var query = 0; query < Count; query++)
        {
            var source = queries.Slice(query * dimension, dimension);
            for (var i = 0; i < source.Length; i++)
                _packed[(i * kernel.Columns) + query] = source[i];
        }
    }

    /// <summary>The most queries of a block; a block of fewer takes the same time.</summary>
    public static int Width => s_kernel.Columns;

    /// <summary>Queries of this block.</summary>
    public int Count { get; }

    /// <summary>
    /// Sets bit q of <paramref name="masks"/>[i] where <paramref name="offsets"/>[i] − row i · query q ≤ <paramref name="thresholds"/>[q],
    /// and clears it elsewhere. <paramref name="rows"/> are packed <c>[masks.Length, dimension]</c>. O(rows · dimension · <see cref="Width"/>).
    /// </summary>
    /// <param name="next">Rows that will be read after these: brought near meanwhile, because arithmetic leaves the memory idle. May be empty.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public void Select(
        ReadOnlySpan<float> rows, ReadOnlySpan<float> offsets, ReadOnlySpan<float> thresholds, Span<uint> masks, ReadOnlySpan<float> next = default)
    {
        if ((long)masks.Length * _dimension != rows.Length || offsets.Length != masks.Length || thresholds.Length != Count)
        {
            throw new ArgumentException(
                $"{rows.Length} elements with {offsets.Length} offsets, {thresholds.Length} thresholds and {masks.Length} masks do not fit {Count} queries of {_dimension}.");
        }
        Span<float> bounds = stackalloc float[MaxWidth];
        bounds.Fill(float.NaN); // Nothing is below it.
        thresholds.CopyTo(bounds);
        ref var bound = ref MemoryMarshal.GetReference(bounds);
        ref var queries = ref MemoryMarshal.GetArrayDataReference(_packed);
        var row = 0;
        for (var tile = _kernel.Rows * _dimension; row + _kernel.Rows <= masks.Length; row += _kernel.Rows)
        {
            var at = row * _dimension;
            // Without a next tile, this one: it is near already.
            ref var ahead = ref MemoryMarshal.GetReference(at + tile <= next.Length ? next[at..] : rows[at..]);
            _kernel.Select(_dimension, ref MemoryMarshal.GetReference(rows[at..]), ref ahead, ref queries, ref MemoryMarshal.GetReference(offsets[row..]), ref bound, ref masks[row]);
        }
        if (row < masks.Length)
            SelectRest(rows[(row * _dimension)..], offsets[row..], ref queries, ref bound, masks[row..]);
    }

    // Fewer rows than a tile has, beside rows of zeros.
    private void SelectRest(ReadOnlySpan<float> rows, ReadOnlySpan<float> offsets, ref float queries, ref float bound, Span<uint> masks)
    {
        var tile = new float[_kernel.Rows * _dimension];
        rows.CopyTo(tile);
        Span<float> tileOffsets = stackalloc float[MaxRows];
        Span<uint> tileMasks = stackalloc uint[MaxRows];
        offsets.CopyTo(tileOffsets);
        _kernel.Select(_dimension, ref tile[0], ref tile[0], ref queries, ref tileOffsets[0], ref bound, ref tileMasks[0]);
        tileMasks[..masks.Length].CopyTo(masks);
    }
}
