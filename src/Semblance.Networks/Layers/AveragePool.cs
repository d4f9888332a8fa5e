using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>The mean of each window.</summary>
public sealed unsafe class AveragePool(int kernel) : WindowPool(kernel)
{
    private const int Grain = 1 << 14;

    /// <summary>Whether padding counts as pixels of zero, as PyTorch does by default; else the mean is over the pixels in the picture.</summary>
    public bool CountIncludePad { get; init; } = true;

    public override bool KeepsInput(int index) => false;

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var geometry = Geometry(x.Shape, y.Shape);
        var (rowShares, columnShares) = Shares(geometry);
        var channels = x.Shape.Channels;
        nint outputRow = (nint)geometry.OutputWidth * channels;
        call.ForRanges((nint)x.Shape[0] * geometry.OutputHeight, Grain / outputRow, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var picture = x.Data + row / geometry.OutputHeight * geometry.Height * geometry.Width * channels;
                call.Run(new ForwardAction<T>(geometry, (int)(row % geometry.OutputHeight), channels, picture, y.Data + row * outputRow, rowShares, columnShares));
            }
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy, accumulates) = (call.InputGradient(), call.OutputGradient(), call.Accumulates());
        var geometry = Geometry(dx.Shape, dy.Shape);
        var (rowShares, columnShares) = Shares(geometry);
        var channels = dx.Shape.Channels;
        nint pixelRow = (nint)geometry.Width * channels;
        call.ForRanges((nint)dx.Shape[0] * geometry.Height, Grain / pixelRow, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var gradient = dy.Data + row / geometry.Height * geometry.OutputHeight * geometry.OutputWidth * channels;
                call.Run(new BackwardAction<T>(geometry, (int)(row % geometry.Height), channels, gradient, dx.Data + row * pixelRow, rowShares, columnShares, accumulates));
            }
        });
    }

    public override void Export(OnnxExport export)
    {
        // Without windows that hang over, all runtimes and importers mean the same.
        if (!CountIncludePad && !CeilMode)
        {
            export.Output(export.Node("AveragePool", [export.Input()], [.. Attributes(export), ("count_include_pad", 0)]));
            return;
        }
        // Of windows that hang over the padding, PyTorch counts only what is inside it, ONNX Runtime all: the mean over all, times a correction.
        var mean = export.Node("AveragePool", [export.Input()], [.. Attributes(export), ("count_include_pad", 1)]);
        var geometry = Geometry(export.InputShape(), export.OutputShape());
        var (rowShares, columnShares) = Shares(geometry);
        var corrections = new float[rowShares.Length * columnShares.Length];
        for (var i = 0; i < corrections.Length; i++)
            corrections[i] = (float)(rowShares[i / columnShares.Length] * KernelHeight * columnShares[i % columnShares.Length] * KernelWidth);
        export.Output(Array.TrueForAll(corrections, correction => Math.Abs(correction - 1) < 1e-6f)
            ? mean
            : export.Node("Mul", [mean, export.Floats(corrections, 1, 1, rowShares.Length, columnShares.Length)]));
    }

    // One by the rows, and by the columns, that a window counts; their product is the weight of a pixel.
    private (double[] Rows, double[] Columns) Shares(in PoolingGeometry geometry)
    {
        var rows = new double[geometry.OutputHeight];
        var columns = new double[geometry.OutputWidth];
        var padding = geometry.Padding;
        for (var row = 0; row < rows.Length; row++)
            rows[row] = Share(geometry.Rows(row), (row * StrideHeight) - padding.Top, KernelHeight, geometry.Height + padding.Bottom);
        for (var column = 0; column < columns.Length; column++)
            columns[column] = Share(geometry.Columns(column), (column * StrideWidth) - padding.Left, KernelWidth, geometry.Width + padding.Right);
        return (rows, columns);
    }

    private double Share((int Start, int End) inside, int start, int kernel, int paddedEnd)
        => 1.0 / (CountIncludePad ? Math.Min(start + kernel, paddedEnd) - start : inside.End - inside.Start);

    private readonly struct ForwardAction<T>(PoolingGeometry geometry, int outputRow, int channels, T* picture, T* y, double[] rowShares, double[] columnShares) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (top, bottom) = geometry.Rows(outputRow);
            nint pixelRow = (nint)geometry.Width * channels;
            for (var column = 0; column < geometry.OutputWidth; column++)
            {
                var (left, right) = geometry.Columns(column);
                var share = TSimd.Constant(rowShares[outputRow] * columnShares[column]);
                var target = y + (nint)column * channels;
                for (var channel = 0; channel < channels; channel += TSimd.Count)
                {
                    var count = Math.Min(TSimd.Count, channels - channel);
                    var sum = TSimd.Zero;
                    var pixels = picture + top * pixelRow + (nint)left * channels + channel;
                    for (var r = top; r < bottom; r++, pixels += pixelRow)
                    {
                        var pixel = pixels;
                        for (var c = left; c < right; c++, pixel += channels)
                            sum = TSimd.Add(sum, TSimd.LoadFirst(pixel, count));
                    }
                    TSimd.StoreFirst(TSimd.Multiply(sum, share), target + channel, count);
                }
            }
        }
    }

    private readonly struct BackwardAction<T>(PoolingGeometry geometry, int row, int channels, T* dy, T* dx, double[] rowShares, double[] columnShares, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (firstRow, endRow) = geometry.RowsOver(row);
            nint outputRow = (nint)geometry.OutputWidth * channels;
            for (var column = 0; column < geometry.Width; column++)
            {
                var (firstColumn, endColumn) = geometry.ColumnsOver(column);
                var target = dx + (nint)column * channels;
                for (var channel = 0; channel < channels; channel += TSimd.Count)
                {
                    var count = Math.Min(TSimd.Count, channels - channel);
                    var sum = accumulate ? TSimd.LoadFirst(target + channel, count) : TSimd.Zero;
                    for (var r = firstRow; r < endRow; r++)
                    {
                        var gradients = dy + r * outputRow + channel;
                        for (var c = firstColumn; c < endColumn; c++)
                            sum = TSimd.MultiplyAdd(TSimd.LoadFirst(gradients + (nint)c * channels, count), TSimd.Constant(rowShares[r] * columnShares[c]), sum);
                    }
                    TSimd.StoreFirst(sum, target + channel, count);
                }
            }
        }
    }
}
