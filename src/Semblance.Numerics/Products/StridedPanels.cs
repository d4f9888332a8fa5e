using System.Runtime.CompilerServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// A factor whose element (k, j) is <c>origin[offsets[k / length] + (k % length) · rowStride + j · columnStride]</c>: a matrix, a
/// transposed matrix, or the weights of a convolution with their taps in another order.
/// </summary>
internal readonly unsafe struct StridedPanels<T> : IPanelSource<T>
    where T : unmanaged
{
    // Rows of a wide matrix lie pages apart, which the hardware does not guess: enough of them for the latency of memory.
    private const int RowsAhead = 16;

    private readonly T* _origin;
    private readonly nint _rowStride;
    private readonly nint _columnStride;
    private readonly nint* _offsets;
    private readonly int _length;

    /// <summary>A matrix: one segment.</summary>
    public StridedPanels(T* origin, nint rowStride, nint columnStride)
        : this(origin, rowStride, columnStride, null, int.MaxValue)
    {
    }

    /// <param name="offsets">One per segment, alive as long as this is used; null where there is one segment.</param>
    /// <param name="length">Rows of a segment.</param>
    public StridedPanels(T* origin, nint rowStride, nint columnStride, nint* offsets, int length)
    {
        _origin = origin;
        _rowStride = rowStride;
        _columnStride = columnStride;
        _offsets = offsets;
        _length = length;
    }

    public T* Find(int stride, int depth, int column, int width)
        => _columnStride == 1 && _rowStride == stride && width == stride && _offsets is null ? _origin + (depth * _rowStride) + column : null;

    public void Pack<TSimd, TVector>(T* panel, int stride, int depth, int count, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        while (count > 0)
        {
            var segment = _offsets is null ? 0 : depth / _length;
            var first = depth - (segment * _length);
            var run = Math.Min(count, _length - first);
            var source = _origin + (_offsets is null ? 0 : _offsets[segment]) + (first * _rowStride) + (column * _columnStride);
            if (_columnStride == 1)
                CopyRows<TSimd, TVector>(source, panel, stride, run, width);
            else if (_rowStride == 1)
                TransposeRows<TSimd, TVector>(source, panel, stride, run, width);
            else
                Gather(source, panel, stride, run, width);
            panel += (nint)run * stride;
            depth += run;
            count -= run;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyRows<TSimd, TVector>(T* source, T* panel, int stride, int count, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var rowStride = _rowStride;
        if (width == 2 * TSimd.Count)
        {
            for (var k = 0; k < count; k++, source += rowStride, panel += stride)
            {
                Prefetch.Near(source + (RowsAhead * rowStride));
                Prefetch.Near(source + (RowsAhead * rowStride) + TSimd.Count);
                TSimd.Store(TSimd.Load(source), panel);
                TSimd.Store(TSimd.Load(source + TSimd.Count), panel + TSimd.Count);
            }
            return;
        }
        for (var k = 0; k < count; k++, source += rowStride, panel += stride)
        {
            for (var j = 0; j < stride; j += TSimd.Count)
                TSimd.Store(TSimd.LoadFirst(source + j, Math.Clamp(width - j, 0, TSimd.Count)), panel + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransposeRows<TSimd, TVector>(T* source, T* panel, int stride, int count, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var columnStride = _columnStride;
        var whole = count - (count % TSimd.Count);
        for (var j = 0; j < stride; j += TSimd.Count)
        {
            if (j + TSimd.Count <= width)
            {
                for (var k = 0; k < whole; k += TSimd.Count)
                    TSimd.Transpose(source + (j * columnStride) + k, columnStride, panel + ((nint)k * stride) + j, stride);
                for (var k = whole; k < count; k++)
                {
                    for (var lane = j; lane < j + TSimd.Count; lane++)
                        panel[((nint)k * stride) + lane] = source[(lane * columnStride) + k];
                }
                continue;
            }
            for (var lane = j; lane < j + TSimd.Count; lane++)
            {
                for (var k = 0; k < count; k++)
                    panel[((nint)k * stride) + lane] = lane < width ? source[(lane * columnStride) + k] : default;
            }
        }
    }

    private void Gather(T* source, T* panel, int stride, int count, int width)
    {
        for (var k = 0; k < count; k++, source += _rowStride, panel += stride)
        {
            for (var j = 0; j < stride; j++)
                panel[j] = j < width ? source[j * _columnStride] : default;
        }
    }
}
