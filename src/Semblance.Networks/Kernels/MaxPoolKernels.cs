using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Maxima of windows, a row at a time, vectors along the channels.</summary>
internal static unsafe class MaxPoolKernels
{
    /// <summary>One output row.</summary>
    /// <param name="positions">Gets the number of the maximum in its window, row by row; null where nobody asks.</param>
    public static void Forward<T>(LayerCall<T> call, in PoolingGeometry geometry, int outputRow, int channels, T* picture, T* y, T* positions)
        where T : unmanaged
        => call.Run(new ForwardAction<T>(geometry, outputRow, channels, picture, y, positions));

    /// <summary>The gradient of one input row: of each window that holds a pixel, the gradient if the pixel is its maximum.</summary>
    /// <param name="positions">Of output row r in slot r mod <see cref="PoolingGeometry.MostRowsOver"/>.</param>
    /// <param name="dy">The picture's gradient.</param>
    public static void Backward<T>(LayerCall<T> call, in PoolingGeometry geometry, int row, int channels, T* positions, T* dy, T* dx, bool accumulate)
        where T : unmanaged
        => call.Run(new BackwardAction<T>(geometry, row, channels, positions, dy, dx, accumulate));

    /// <summary>Whole numbers below 256 as bytes.</summary>
    public static void Narrow<T>(T* wide, byte* narrow, int count)
        where T : unmanaged, INumberBase<T>
    {
        var i = 0;
        if (typeof(T) == typeof(float))
        {
            var source = (float*)wide;
            for (; i + 16 <= count; i += 16)
            {
                var low = Vector128.Narrow(Whole(source + i), Whole(source + i + 4));
                var high = Vector128.Narrow(Whole(source + i + 8), Whole(source + i + 12));
                Vector128.Narrow(low, high).Store(narrow + i);
            }
        }
        TensorPrimitives.ConvertTruncating(new ReadOnlySpan<T>(wide + i, count - i), new Span<byte>(narrow + i, count - i));
    }

    public static void Widen<T>(byte* narrow, T* wide, int count)
        where T : unmanaged, INumberBase<T>
        => TensorPrimitives.ConvertTruncating(new ReadOnlySpan<byte>(narrow, count), new Span<T>(wide, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Whole(float* source) => Vector128.ConvertToInt32Native(Vector128.Load(source)).AsUInt32();

    private readonly struct ForwardAction<T>(PoolingGeometry geometry, int outputRow, int channels, T* picture, T* y, T* positions) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (top, bottom) = geometry.Rows(outputRow);
            var firstRow = top - ((outputRow * geometry.StrideHeight) - geometry.Padding.Top);
            nint pixelRow = (nint)geometry.Width * channels;
            for (var column = 0; column < geometry.OutputWidth; column++)
            {
                var (left, right) = geometry.Columns(column);
                var firstColumn = left - ((column * geometry.StrideWidth) - geometry.Padding.Left);
                var window = picture + top * pixelRow + (nint)left * channels;
                var number = (firstRow * geometry.KernelWidth) + firstColumn;
                var skipped = geometry.KernelWidth - (right - left);
                var at = (nint)column * channels;
                var channel = 0;
                for (; channel + TSimd.Count <= channels; channel += TSimd.Count)
                {
                    var index = TSimd.Constant(number);
                    var position = index;
                    var pixels = window + channel;
                    var best = TSimd.Load(pixels);
                    for (var r = top; r < bottom; r++, pixels += pixelRow)
                    {
                        var pixel = pixels;
                        for (var c = left; c < right; c++, pixel += channels)
                        {
                            var value = TSimd.Load(pixel);
                            var larger = TSimd.GreaterThan(value, best);
                            best = TSimd.Select(larger, value, best);
                            position = TSimd.Select(larger, index, position);
                            index = TSimd.Add(index, TSimd.Constant(1));
                        }
                        index = TSimd.Add(index, TSimd.Constant(skipped));
                    }
                    TSimd.Store(best, y + at + channel);
                    if (positions != null)
                        TSimd.Store(position, positions + at + channel);
                }
                if (channel == channels)
                    continue;
                Tail<TSimd, TVector>(window + channel, channels - channel, bottom - top, right - left, pixelRow, number, y + at + channel, positions == null ? null : positions + at + channel);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Tail<TSimd, TVector>(T* pixels, int count, int rows, int columns, nint pixelRow, int number, T* target, T* targetPosition)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var best = TSimd.LoadFirst(pixels, count);
            var position = TSimd.Constant(number);
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                {
                    var value = TSimd.LoadFirst(pixels + r * pixelRow + (nint)c * channels, count);
                    var larger = TSimd.GreaterThan(value, best);
                    best = TSimd.Select(larger, value, best);
                    position = TSimd.Select(larger, TSimd.Constant(number + (r * geometry.KernelWidth) + c), position);
                }
            }
            TSimd.StoreFirst(best, target, count);
            if (targetPosition != null)
                TSimd.StoreFirst(position, targetPosition, count);
        }
    }

    private readonly struct BackwardAction<T>(PoolingGeometry geometry, int row, int channels, T* positions, T* dy, T* dx, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (firstRow, endRow) = geometry.RowsOver(row);
            var slots = geometry.MostRowsOver;
            nint outputRow = (nint)geometry.OutputWidth * channels;
            for (var column = 0; column < geometry.Width; column++)
            {
                var (firstColumn, endColumn) = geometry.ColumnsOver(column);
                var target = dx + (nint)column * channels;
                for (var channel = 0; channel < channels; channel += TSimd.Count)
                {
                    var count = Math.Min(TSimd.Count, channels - channel);
                    var whole = count == TSimd.Count;
                    var sum = TSimd.Zero;
                    if (accumulate)
                        sum = whole ? TSimd.Load(target + channel) : TSimd.LoadFirst(target + channel, count);
                    for (var r = firstRow; r < endRow; r++)
                    {
                        var numberOfRow = (row - ((r * geometry.StrideHeight) - geometry.Padding.Top)) * geometry.KernelWidth;
                        var known = positions + r % slots * outputRow + channel;
                        var gradients = dy + r * outputRow + channel;
                        for (var c = firstColumn; c < endColumn; c++)
                        {
                            var number = TSimd.Constant(numberOfRow + (column - ((c * geometry.StrideWidth) - geometry.Padding.Left)));
                            var at = (nint)c * channels;
                            var position = whole ? TSimd.Load(known + at) : TSimd.LoadFirst(known + at, count);
                            var gradient = whole ? TSimd.Load(gradients + at) : TSimd.LoadFirst(gradients + at, count);
                            var same = TSimd.LessThan(TSimd.Abs(TSimd.Subtract(position, number)), TSimd.Constant(0.5));
                            sum = TSimd.Add(sum, TSimd.And(same, gradient));
                        }
                    }
                    if (whole)
                        TSimd.Store(sum, target + channel);
                    else
                        TSimd.StoreFirst(sum, target + channel, count);
                }
            }
        }
    }
}
