using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks.Kernels;

/// <summary>
/// A tensor seen as rows, with a smaller one repeated over it: each axis of the smaller has the size of the larger's or 1.
/// Neighbouring axes that are both repeated, or both not, are taken as one.
/// </summary>
internal sealed unsafe class BroadcastRows
{
    private const int Grain = 1 << 14;

    private readonly int[] _sizes;
    // 0 where the smaller tensor is repeated.
    private readonly nint[] _strides;
    private readonly int _axes;

    public BroadcastRows(Shape large, Shape small)
    {
        _sizes = new int[large.Rank];
        _strides = new nint[large.Rank];
        Count = large.Length;
        SmallCount = small.Length;
        for (var axis = 0; axis < large.Rank; axis++)
        {
            if (large[axis] == 1)
                continue;
            var stride = small[axis] == 1 ? 0 : small.Product(axis + 1, small.Rank);
            if (_axes == 0 || (_strides[_axes - 1] == 0) != (stride == 0) || (long)_sizes[_axes - 1] * large[axis] > int.MaxValue)
                _sizes[_axes++] = 1;
            _sizes[_axes - 1] *= large[axis];
            _strides[_axes - 1] = stride;
        }
        if (_axes == 0)
            (_axes, _sizes[0], _strides[0]) = (1, 1, 1);
    }

    public nint Count { get; }

    public nint SmallCount { get; }

    private int Length => _sizes[_axes - 1];

    /// <summary>Whether a row has as many elements of the smaller tensor; otherwise it has one.</summary>
    private bool HasRow => _strides[_axes - 1] != 0;

    /// <summary>y = x · small, or added to y; all but <paramref name="small"/> are large.</summary>
    public void Multiply<T>(LayerCall<T> call, T* x, T* small, T* y, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(Count, Grain, (start, end) => Visit(start, end, (at, smallAt, length) =>
        {
            var from = new ReadOnlySpan<T>(x + at, length);
            var to = new Span<T>(y + at, length);
            if (HasRow)
            {
                if (accumulate)
                    TensorPrimitives.MultiplyAdd(from, new ReadOnlySpan<T>(small + smallAt, length), to, to);
                else
                    TensorPrimitives.Multiply(from, new ReadOnlySpan<T>(small + smallAt, length), to);
            }
            else if (accumulate)
            {
                TensorPrimitives.MultiplyAdd(from, small[smallAt], to, to);
            }
            else
            {
                TensorPrimitives.Multiply(from, small[smallAt], to);
            }
        }));

    /// <summary>y = factor · small in all its places, or added to y.</summary>
    public void Repeat<T>(LayerCall<T> call, T* small, T factor, T* y, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(Count, Grain, (start, end) => Visit(start, end, (at, smallAt, length) =>
        {
            var to = new Span<T>(y + at, length);
            if (HasRow)
            {
                if (accumulate)
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<T>(small + smallAt, length), factor, to, to);
                else
                    TensorPrimitives.Multiply(new ReadOnlySpan<T>(small + smallAt, length), factor, to);
            }
            else if (accumulate)
            {
                TensorPrimitives.Add(to, small[smallAt] * factor, to);
            }
            else
            {
                to.Fill(small[smallAt] * factor);
            }
        }));

    /// <summary>
    /// Sums over the repeated axes: of x, or of x · y where y is not null, both large; added to what is there or not. The order of
    /// the terms does not depend on the number of threads: each sum is one thread's.
    /// </summary>
    public void Sum<T>(LayerCall<T> call, T* x, T* y, T* sums, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!accumulate)
            new Span<T>(sums, checked((int)SmallCount)).Clear();
        if (_strides[0] != 0)
        {
            var pieces = _sizes[0];
            var piece = Count / pieces;
            call.ForRanges(pieces, 1 + Grain / piece, (start, end) => Visit(start * piece, end * piece, (at, smallAt, length) => AddUp(x, y, sums, at, smallAt, length)));
        }
        else if (HasRow)
        {
            var rows = Count / Length;
            call.ForRanges(Length, Math.Max(16, Grain / rows), (start, end) =>
            {
                for (nint row = 0; row < rows; row++)
                    AddUp(x, y, sums, row * Length + start, SmallOffset(row) + start, (int)(end - start));
            });
        }
        else
        {
            Visit(0, Count, (at, smallAt, length) => AddUp(x, y, sums, at, smallAt, length));
        }
    }

    private void AddUp<T>(T* x, T* y, T* sums, nint at, nint smallAt, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var terms = new ReadOnlySpan<T>(x + at, length);
        if (!HasRow)
        {
            sums[smallAt] += y == null ? TensorPrimitives.Sum(terms) : TensorPrimitives.Dot(terms, new ReadOnlySpan<T>(y + at, length));
            return;
        }
        var target = new Span<T>(sums + smallAt, length);
        if (y == null)
            TensorPrimitives.Add(target, terms, target);
        else
            TensorPrimitives.MultiplyAdd(terms, new ReadOnlySpan<T>(y + at, length), target, target);
    }

    /// <summary>Calls <paramref name="visit"/> with each row, or part of one, of elements <paramref name="start"/> … <paramref name="end"/>.</summary>
    private void Visit(nint start, nint end, RowVisit visit)
    {
        while (start < end)
        {
            var (row, offset) = Math.DivRem(start, Length);
            var length = (int)Math.Min(Length - offset, end - start);
            visit(start, SmallOffset(row) + (HasRow ? offset : 0), length);
            start += length;
        }
    }

    private nint SmallOffset(nint row)
    {
        nint offset = 0;
        for (var axis = _axes - 2; axis >= 0; axis--)
        {
            (row, var index) = Math.DivRem(row, _sizes[axis]);
            offset += index * _strides[axis];
        }
        return offset;
    }

    private delegate void RowVisit(nint at, nint smallAt, int length);
}
