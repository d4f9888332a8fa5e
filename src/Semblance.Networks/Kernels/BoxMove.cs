using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Copies a box of elements from one tensor into another (or adds it to what is there), each with strides of its own: what
/// concatenations, slices, paddings and transpositions come down to. Neighbouring axes that lie alike on both sides are taken as
/// one, so that the last one, the row, is as long as can be.
/// </summary>
internal sealed unsafe class BoxMove<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Elements that a thread should have to do at least: some microseconds' worth.
    private const int Grain = 1 << 14;

    private readonly T* _source;
    private readonly T* _target;
    private readonly bool _accumulates;
    private readonly int[] _sizes;
    private readonly nint[] _sourceStrides;
    private readonly nint[] _targetStrides;
    private readonly int _axes;

    /// <param name="box">Sizes of the box.</param>
    /// <param name="source">The box's first element.</param>
    /// <param name="sourceStrides">Elements from one index to the next, per axis of the box; may be negative.</param>
    /// <param name="target">Where the box's first element goes.</param>
    /// <param name="targetStrides">As for the source.</param>
    /// <param name="accumulates">Adds instead of copying.</param>
    public BoxMove(Shape box, T* source, ReadOnlySpan<nint> sourceStrides, T* target, ReadOnlySpan<nint> targetStrides, bool accumulates = false)
    {
        _source = source;
        _target = target;
        _accumulates = accumulates;
        _sizes = new int[box.Rank];
        _sourceStrides = new nint[box.Rank];
        _targetStrides = new nint[box.Rank];
        Count = box.Length;
        for (var axis = 0; axis < box.Rank; axis++)
        {
            if (box[axis] == 1)
                continue;
            var continues = _axes > 0
                && _sourceStrides[_axes - 1] == sourceStrides[axis] * box[axis]
                && _targetStrides[_axes - 1] == targetStrides[axis] * box[axis]
                && (long)_sizes[_axes - 1] * box[axis] <= int.MaxValue;
            if (!continues)
            {
                _axes++;
                _sizes[_axes - 1] = 1;
            }
            _sizes[_axes - 1] *= box[axis];
            _sourceStrides[_axes - 1] = sourceStrides[axis];
            _targetStrides[_axes - 1] = targetStrides[axis];
        }
        if (_axes == 0)
            (_axes, _sizes[0], _sourceStrides[0], _targetStrides[0]) = (1, 1, 1, 1);
        // The order in which a box is walked is free: rows are contiguous in the target, and what is contiguous in the source comes
        // next, so that a transposition is one of planes.
        MoveAxis(Array.IndexOf(_targetStrides, 1, 0, _axes), _axes - 1);
        if (_sourceStrides[_axes - 1] != 1)
            MoveAxis(Array.IndexOf(_sourceStrides, 1, 0, _axes), _axes - 2);
    }

    public nint Count { get; }

    private int RowLength => _sizes[_axes - 1];

    /// <summary>Strides of a tensor that lies without gaps.</summary>
    public static nint[] Strides(Shape shape)
    {
        var strides = new nint[shape.Rank];
        for (var axis = 0; axis < shape.Rank; axis++)
            strides[axis] = shape.Product(axis + 1, shape.Rank);
        return strides;
    }

    /// <summary>Sets elements to zero on the threads of a call.</summary>
    public static void Clear(LayerCall<T> call, Tensor<T> tensor)
        => call.ForRanges(tensor.Shape.Length, Grain, (start, end) => new Span<T>(tensor.Data + start, checked((int)(end - start))).Clear());

    /// <summary>Does one move, or several, on the threads of a call. Their targets do not overlap, or are one and the same, in which case the
    /// order of the moves is kept.</summary>
    public static void Run(LayerCall<T> call, params BoxMove<T>[] moves)
    {
        nint total = 0;
        foreach (var move in moves)
            total += move.Count;
        // Each range takes its share of every move: with a concatenation of channels it writes whole rows of the output.
        const int Shares = 1 << 16;
        call.ForRanges(Shares, Math.Max(1, (nint)Math.Min(Shares, (long)Grain * Shares / Math.Max(1, total))), (start, end) =>
        {
            foreach (var move in moves)
                move.RunRange(call, (nint)((long)move.Count * start / Shares), (nint)((long)move.Count * end / Shares));
        });
    }

    private void MoveAxis(int from, int to)
    {
        for (var axis = from; axis >= 0 && axis < to; axis++)
        {
            (_sizes[axis], _sizes[axis + 1]) = (_sizes[axis + 1], _sizes[axis]);
            (_sourceStrides[axis], _sourceStrides[axis + 1]) = (_sourceStrides[axis + 1], _sourceStrides[axis]);
            (_targetStrides[axis], _targetStrides[axis + 1]) = (_targetStrides[axis + 1], _targetStrides[axis]);
        }
    }

    /// <summary>Elements <paramref name="start"/> … <paramref name="end"/> of the box, counted row by row.</summary>
    private void RunRange(LayerCall<T> call, nint start, nint end)
    {
        if (start >= end)
            return;
        var length = RowLength;
        var (firstRow, offset) = Math.DivRem(start, length);
        if (offset > 0)
        {
            var stop = Math.Min(length, offset + end - start);
            Rows(call, firstRow, firstRow + 1, (int)offset, (int)stop);
            start += stop - offset;
            firstRow++;
        }
        var lastRow = end / length;
        if (firstRow < lastRow)
            Rows(call, firstRow, lastRow, 0, length);
        if (start < end && end > Math.Max(firstRow, lastRow) * length)
            Rows(call, lastRow, lastRow + 1, 0, (int)(end - lastRow * length));
    }

    /// <summary>Columns <paramref name="from"/> … <paramref name="to"/> of some rows.</summary>
    private void Rows(LayerCall<T> call, nint firstRow, nint endRow, int from, int to)
    {
        var inner = _axes > 1 ? _sizes[_axes - 2] : 1;
        var (sourceStride, targetStride) = _axes > 1 ? (_sourceStrides[_axes - 2], _targetStrides[_axes - 2]) : (0, 0);
        var (sourceStep, targetStep) = (_sourceStrides[_axes - 1], _targetStrides[_axes - 1]);
        while (firstRow < endRow)
        {
            // All rows of the last but one axis lie evenly; where the next run of them starts depends on the axes before.
            var (outer, at) = Math.DivRem(firstRow, inner);
            var rows = Math.Min(endRow - firstRow, inner - at);
            nint sourceOffset = at * sourceStride, targetOffset = at * targetStride;
            for (var axis = _axes - 3; axis >= 0; axis--)
            {
                (outer, var index) = Math.DivRem(outer, _sizes[axis]);
                sourceOffset += index * _sourceStrides[axis];
                targetOffset += index * _targetStrides[axis];
            }
            var first = _source + sourceOffset + from * sourceStep;
            var goal = _target + targetOffset + from * targetStep;
            if (sourceStep == 1 && targetStep == 1)
                call.Run(new RowsAction(first, goal, rows, to - from, sourceStride, targetStride, _accumulates));
            else
                MovePlane(first, goal, rows, to - from, sourceStride, targetStride, sourceStep, targetStep, _accumulates);
            firstRow += rows;
        }
    }

    // Planes whose rows are contiguous on one side only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MovePlane(T* source, T* target, nint rows, int length, nint sourceStride, nint targetStride, nint sourceStep, nint targetStep, bool accumulates)
    {
        // Through a tile in the first-level cache whenever both sides have something contiguous: every line of memory is then read
        // and written once and whole, whatever lies between the lines. A large power of two between them, as pictures have it, would
        // let lines that are written bit by bit throw each other out.
        const int Side = 16;
        // So many columns at a time that what has been read for one row of tiles is still near for the next.
        const int Stretch = 8 * Side;
        var tiledRows = sourceStride == 1 && targetStep == 1 ? rows / Side * Side : 0;
        var tiledLength = length / Side * Side;
        var tile = stackalloc T[Side * Side];
        for (var stretch = 0; stretch < tiledLength; stretch += Stretch)
        {
            var end = Math.Min(tiledLength, stretch + Stretch);
            for (nint row = 0; row < tiledRows; row += Side)
            {
                for (var start = stretch; start < end; start += Side)
                {
                    var from = source + row + start * sourceStep;
                    for (var i = 0; i < Side; i++, from += sourceStep)
                    {
                        for (var r = 0; r < Side; r++)
                            tile[r * Side + i] = from[r];
                    }
                    for (var r = 0; r < Side; r++)
                    {
                        var to = target + (row + r) * targetStride + start;
                        var line = tile + r * Side;
                        if (accumulates)
                        {
                            for (var i = 0; i < Side; i++)
                                to[i] += line[i];
                        }
                        else
                        {
                            Unsafe.CopyBlockUnaligned(to, line, (uint)(Side * sizeof(T)));
                        }
                    }
                }
            }
        }
        MoveSmall(source + tiledLength * sourceStep, target + tiledLength * targetStep, tiledRows, length - tiledLength, sourceStride, targetStride, sourceStep, targetStep, accumulates);
        MoveSmall(source + tiledRows * sourceStride, target + tiledRows * targetStride, rows - tiledRows, length, sourceStride, targetStride, sourceStep, targetStep, accumulates);
    }

    private static void MoveSmall(T* source, T* target, nint rows, int length, nint sourceStride, nint targetStride, nint sourceStep, nint targetStep, bool accumulates)
    {
        for (var i = 0; i < length; i++, source += sourceStep, target += targetStep)
        {
            var from = source;
            var to = target;
            for (nint row = 0; row < rows; row++, from += sourceStride, to += targetStride)
                *to = accumulates ? *to + *from : *from;
        }
    }

    private readonly struct RowsAction(T* source, T* target, nint rows, int length, nint sourceStride, nint targetStride, bool accumulates) : ISimdAction<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var from = source;
            var to = target;
            for (nint row = 0; row < rows; row++, from += sourceStride, to += targetStride)
            {
                var i = 0;
                if (accumulates)
                {
                    for (; i + TSimd.Count <= length; i += TSimd.Count)
                        TSimd.Store(TSimd.Add(TSimd.Load(from + i), TSimd.Load(to + i)), to + i);
                    for (; i < length; i++)
                        to[i] += from[i];
                }
                else
                {
                    for (; i + TSimd.Count <= length; i += TSimd.Count)
                        TSimd.Store(TSimd.Load(from + i), to + i);
                    for (; i < length; i++)
                        to[i] = from[i];
                }
            }
        }
    }
}
