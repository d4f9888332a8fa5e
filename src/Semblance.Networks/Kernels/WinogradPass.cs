using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The two-dimensional transforms of minimal convolutions, over tiles or weights, a vector of channels at a time. Transformed values
/// of one frequency lie in one plane, <c>[tiles, stride]</c>, so that a product of matrices does the rest.
/// </summary>
internal static unsafe class WinogradPass<TSimd, TVector, T, TTransform>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TTransform : struct, IWinogradTransform
{
    private const int MostValues = 36;

    // A vector across two cache lines would not be there for the next load before it has left for the cache.
    private const int Alignment = 64;

    private static int Room => (MostValues * TSimd.Count) + (Alignment / sizeof(T));

    /// <summary>Tiles of the input, Bᵀ d B.</summary>
    /// <param name="zeros">A pixel of zeros.</param>
    /// <param name="planes">Written: Side² planes, <paramref name="plane"/> elements apart, of rows <paramref name="stride"/> elements apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Input(in WinogradGrid grid, T* pictures, T* zeros, int first, int count, T* planes, nint plane, nint stride)
    {
        var side = TTransform.Side;
        var pixels = stackalloc T*[MostValues];
        var patchMemory = stackalloc T[Room];
        var patch = Aligned(patchMemory);
        var halfwayMemory = stackalloc T[Room];
        var halfway = Aligned(halfwayMemory);
        var rowStep = (nint)side * TSimd.Count;
        for (var tile = 0; tile < count; tile++)
        {
            grid.Locate(pictures, zeros, first + tile, side, pixels);
            var target = planes + (tile * stride);
            for (var c = 0; c < grid.Channels; c += TSimd.Count)
            {
                if (grid.Channels - c >= TSimd.Count)
                {
                    for (var x = 0; x < side; x++)
                        TTransform.InputFrom<TSimd, TVector, T>(pixels + x, side, c, halfway + (x * TSimd.Count), rowStep);
                }
                else
                {
                    Gather(pixels, side * side, c, grid.Channels - c, patch);
                    for (var x = 0; x < side; x++)
                        TTransform.Input<TSimd, TVector, T>(patch + (x * TSimd.Count), rowStep, halfway + (x * TSimd.Count), rowStep);
                }
                for (var y = 0; y < side; y++)
                    TTransform.Input<TSimd, TVector, T>(halfway + (y * rowStep), TSimd.Count, target + (y * side * plane) + c, plane);
            }
        }
    }

    /// <summary>Tiles of the output's gradient, A dy Aᵀ; parameters as for <see cref="Input"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void OutputGradient(in WinogradGrid grid, T* pictures, T* zeros, int first, int count, T* planes, nint plane, nint stride)
    {
        var (side, width) = (TTransform.Side, TTransform.Tile);
        var pixels = stackalloc T*[MostValues];
        var patchMemory = stackalloc T[Room];
        var patch = Aligned(patchMemory);
        var halfwayMemory = stackalloc T[Room];
        var halfway = Aligned(halfwayMemory);
        var rowStep = (nint)width * TSimd.Count;
        for (var tile = 0; tile < count; tile++)
        {
            grid.Locate(pictures, zeros, first + tile, width, pixels);
            var target = planes + (tile * stride);
            for (var c = 0; c < grid.Channels; c += TSimd.Count)
            {
                Gather(pixels, width * width, c, grid.Channels - c, patch);
                for (var x = 0; x < width; x++)
                    TTransform.OutputGradient<TSimd, TVector, T>(patch + (x * TSimd.Count), rowStep, halfway + (x * TSimd.Count), rowStep);
                for (var y = 0; y < side; y++)
                    TTransform.OutputGradient<TSimd, TVector, T>(halfway + (y * rowStep), TSimd.Count, target + (y * side * plane) + c, plane);
            }
        }
    }

    /// <summary>Tiles of the output, f(Aᵀ z A + bias + shortcut), from planes as <see cref="Input"/> writes them.</summary>
    /// <param name="grid">Tiles side by side; what of them lies outside the picture is left out.</param>
    /// <param name="bias">One a channel, or null.</param>
    /// <param name="shortcut">Laid out as the pictures, which it may be; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Output<TActivation>(in WinogradGrid grid, T* planes, nint plane, nint stride, int first, int count, T* bias, T* shortcut, TActivation function, T* pictures)
        where TActivation : struct, IActivation
    {
        var (side, width) = (TTransform.Side, TTransform.Tile);
        var halfwayMemory = stackalloc T[Room];
        var halfway = Aligned(halfwayMemory);
        var rowStep = (nint)side * TSimd.Count;
        var channels = grid.Channels;
        var add = shortcut != null;
        for (var tile = 0; tile < count; tile++)
        {
            var (picture, row, column) = grid.Place(first + tile);
            var (rows, columns) = (Math.Min(width, grid.Height - row), Math.Min(width, grid.Width - column));
            var source = planes + (tile * stride);
            var place = (((((nint)picture * grid.Height) + row) * grid.Width) + column) * channels;
            for (var c = 0; c < channels; c += TSimd.Count)
            {
                var lanes = Math.Min(TSimd.Count, channels - c);
                var constant = bias != null ? TSimd.LoadFirst(bias + c, lanes) : TSimd.Zero;
                for (var x = 0; x < side; x++)
                    TTransform.Output<TSimd, TVector, T>(source + (x * plane) + c, side * plane, halfway + (x * TSimd.Count), rowStep);
                for (var y = 0; y < rows; y++)
                {
                    TTransform.OutputOf<TSimd, TVector, T>(halfway + (y * rowStep), TSimd.Count, out var y0, out var y1, out var y2, out var y3);
                    var at = place + ((nint)y * grid.Width * channels) + c;
                    var pixel = pictures + at;
                    var other = add ? shortcut + at : null;
                    Finish(y0, constant, function, pixel, other, lanes);
                    if (columns > 1)
                        Finish(y1, constant, function, pixel + channels, add ? other + channels : null, lanes);
                    if (columns > 2)
                        Finish(y2, constant, function, pixel + (2 * channels), add ? other + (2 * channels) : null, lanes);
                    if (columns > 3)
                        Finish(y3, constant, function, pixel + (3 * channels), add ? other + (3 * channels) : null, lanes);
                }
            }
        }
    }

    /// <summary>Elements [first, end) of each plane of G g Gᵀ.</summary>
    /// <param name="weights">[3, 3, count].</param>
    /// <param name="turned">Whether the kernel is turned by half a circle, as the gradient of the input wants it.</param>
    /// <param name="planes">Written: Side² planes of <paramref name="count"/> elements, <paramref name="plane"/> elements apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Weights(T* weights, nint count, bool turned, nint first, nint end, T* planes, nint plane)
    {
        var side = TTransform.Side;
        var patchMemory = stackalloc T[Room];
        var patch = Aligned(patchMemory);
        var halfwayMemory = stackalloc T[Room];
        var halfway = Aligned(halfwayMemory);
        var valuesMemory = stackalloc T[Room];
        var values = Aligned(valuesMemory);
        for (var i = first; i < end; i += TSimd.Count)
        {
            var lanes = (int)Math.Min(TSimd.Count, end - i);
            for (var tap = 0; tap < 9; tap++)
                TSimd.Store(TSimd.LoadFirst(weights + ((turned ? 8 - tap : tap) * count) + i, lanes), patch + (tap * TSimd.Count));
            for (var x = 0; x < 3; x++)
                TTransform.Weights<TSimd, TVector, T>(patch + (x * TSimd.Count), 3 * TSimd.Count, halfway + (x * TSimd.Count), 3 * TSimd.Count);
            if (lanes == TSimd.Count)
            {
                for (var y = 0; y < side; y++)
                    TTransform.Weights<TSimd, TVector, T>(halfway + (y * 3 * TSimd.Count), TSimd.Count, planes + (y * side * plane) + i, plane);
                continue;
            }
            for (var y = 0; y < side; y++)
                TTransform.Weights<TSimd, TVector, T>(halfway + (y * 3 * TSimd.Count), TSimd.Count, values + (y * side * TSimd.Count), TSimd.Count);
            for (var value = 0; value < side * side; value++)
                TSimd.StoreFirst(TSimd.Load(values + (value * TSimd.Count)), planes + (value * plane) + i, lanes);
        }
    }

    /// <summary>Elements [first, end) of the weights' gradient, Gᵀ z G.</summary>
    /// <param name="planes">Side² planes of <paramref name="count"/> elements, <paramref name="plane"/> elements apart.</param>
    /// <param name="gradient">[3, 3, count]; overwritten, or added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void WeightGradient(T* planes, nint plane, nint count, nint first, nint end, T* gradient, bool accumulate)
    {
        var side = TTransform.Side;
        var patchMemory = stackalloc T[Room];
        var patch = Aligned(patchMemory);
        var halfwayMemory = stackalloc T[Room];
        var halfway = Aligned(halfwayMemory);
        var rowStep = (nint)side * TSimd.Count;
        for (var i = first; i < end; i += TSimd.Count)
        {
            var lanes = (int)Math.Min(TSimd.Count, end - i);
            for (var value = 0; value < side * side; value++)
                TSimd.Store(TSimd.LoadFirst(planes + (value * plane) + i, lanes), patch + (value * TSimd.Count));
            for (var x = 0; x < side; x++)
                TTransform.WeightGradient<TSimd, TVector, T>(patch + (x * TSimd.Count), rowStep, halfway + (x * TSimd.Count), rowStep);
            for (var y = 0; y < 3; y++)
                TTransform.WeightGradient<TSimd, TVector, T>(halfway + (y * rowStep), TSimd.Count, patch + (y * 3 * TSimd.Count), TSimd.Count);
            for (var tap = 0; tap < 9; tap++)
            {
                var sum = TSimd.Load(patch + (tap * TSimd.Count));
                if (accumulate)
                    sum = TSimd.Add(sum, TSimd.LoadFirst(gradient + (tap * count) + i, lanes));
                TSimd.StoreFirst(sum, gradient + (tap * count) + i, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TActivation>(TVector value, TVector bias, TActivation function, T* pixel, T* shortcut, int lanes)
        where TActivation : struct, IActivation
    {
        value = TSimd.Add(value, bias);
        if (lanes == TSimd.Count)
        {
            if (shortcut != null)
                value = TSimd.Add(value, TSimd.Load(shortcut));
            TSimd.Store(function.Forward<TSimd, TVector, T>(value), pixel);
            return;
        }
        if (shortcut != null)
            value = TSimd.Add(value, TSimd.LoadFirst(shortcut, lanes));
        TSimd.StoreFirst(function.Forward<TSimd, TVector, T>(value), pixel, lanes);
    }

    private static T* Aligned(T* memory) => (T*)(((nint)memory + Alignment - 1) & -Alignment);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(T** pixels, int count, int channel, int left, T* patch)
    {
        if (left >= TSimd.Count)
        {
            for (var i = 0; i < count; i++)
                TSimd.Store(TSimd.Load(pixels[i] + channel), patch + (i * TSimd.Count));
            return;
        }
        for (var i = 0; i < count; i++)
            TSimd.Store(TSimd.LoadFirst(pixels[i] + channel, left), patch + (i * TSimd.Count));
    }
}
