using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// F(4, 3) at the points 0, ±√½, ±√2 and ∞: reciprocal points keep the transforms' factors near one, so that sums in single precision
/// lose less than at the textbook's 0, ±1, ±2.
/// </summary>
internal readonly unsafe struct WinogradFour : IWinogradTransform
{
    private const double A = 0.70710678118654752;
    private const double B = 1.4142135623730951;

    public static int Tile => 4;

    public static int Side => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => Spread<TSimd, TVector, T>(
            TSimd.Load(source),
            TSimd.Load(source + sourceStep),
            TSimd.Load(source + (2 * sourceStep)),
            TSimd.Load(source + (3 * sourceStep)),
            TSimd.Load(source + (4 * sourceStep)),
            TSimd.Load(source + (5 * sourceStep)),
            target,
            step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputFrom<TSimd, TVector, T>(T** pixels, int pixelStep, nint channel, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => Spread<TSimd, TVector, T>(
            TSimd.Load(pixels[0] + channel),
            TSimd.Load(pixels[pixelStep] + channel),
            TSimd.Load(pixels[2 * pixelStep] + channel),
            TSimd.Load(pixels[3 * pixelStep] + channel),
            TSimd.Load(pixels[4 * pixelStep] + channel),
            TSimd.Load(pixels[5 * pixelStep] + channel),
            target,
            step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputOf<TSimd, TVector, T>(T* source, nint sourceStep, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var d0 = TSimd.Load(source);
        var d1 = TSimd.Load(source + sourceStep);
        var d2 = TSimd.Load(source + (2 * sourceStep));
        var d3 = TSimd.Load(source + (3 * sourceStep));
        var d4 = TSimd.Load(source + (4 * sourceStep));
        var d5 = TSimd.Load(source + (5 * sourceStep));
        var sumA = TSimd.Add(d1, d2);
        var differenceA = TSimd.Multiply(TSimd.Constant(A), TSimd.Subtract(d1, d2));
        var sumB = TSimd.Add(d3, d4);
        var differenceB = TSimd.Multiply(TSimd.Constant(B), TSimd.Subtract(d3, d4));
        y0 = TSimd.Add(d0, TSimd.Add(sumA, sumB));
        y1 = TSimd.Add(differenceA, differenceB);
        y2 = TSimd.MultiplyAdd(TSimd.Constant(0.5), sumA, TSimd.Multiply(TSimd.Constant(2), sumB));
        y3 = TSimd.MultiplyAdd(TSimd.Constant(0.5), differenceA, TSimd.MultiplyAdd(TSimd.Constant(2), differenceB, d5));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        OutputOf<TSimd, TVector, T>(source, sourceStep, out var y0, out var y1, out var y2, out var y3);
        TSimd.Store(y0, target);
        TSimd.Store(y1, target + step);
        TSimd.Store(y2, target + (2 * step));
        TSimd.Store(y3, target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var d0 = TSimd.Load(source);
        var d1 = TSimd.Load(source + sourceStep);
        var d2 = TSimd.Load(source + (2 * sourceStep));
        var d3 = TSimd.Load(source + (3 * sourceStep));
        var evenA = TSimd.MultiplyAdd(TSimd.Constant(0.5), d2, d0);
        var oddA = TSimd.Multiply(TSimd.Constant(A), TSimd.MultiplyAdd(TSimd.Constant(0.5), d3, d1));
        var evenB = TSimd.MultiplyAdd(TSimd.Constant(2), d2, d0);
        var oddB = TSimd.Multiply(TSimd.Constant(B), TSimd.MultiplyAdd(TSimd.Constant(2), d3, d1));
        TSimd.Store(d0, target);
        TSimd.Store(TSimd.Add(evenA, oddA), target + step);
        TSimd.Store(TSimd.Subtract(evenA, oddA), target + (2 * step));
        TSimd.Store(TSimd.Add(evenB, oddB), target + (3 * step));
        TSimd.Store(TSimd.Subtract(evenB, oddB), target + (4 * step));
        TSimd.Store(d3, target + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var d0 = TSimd.Load(source);
        var d1 = TSimd.Load(source + sourceStep);
        var d2 = TSimd.Load(source + (2 * sourceStep));
        var evenA = TSimd.MultiplyAdd(TSimd.Constant(-2.0 / 3), d0, TSimd.Multiply(TSimd.Constant(-1.0 / 3), d2));
        var oddA = TSimd.Multiply(TSimd.Constant(-B / 3), d1);
        var evenB = TSimd.MultiplyAdd(TSimd.Constant(1.0 / 6), d0, TSimd.Multiply(TSimd.Constant(1.0 / 3), d2));
        var oddB = TSimd.Multiply(TSimd.Constant(B / 6), d1);
        TSimd.Store(d0, target);
        TSimd.Store(TSimd.Add(evenA, oddA), target + step);
        TSimd.Store(TSimd.Subtract(evenA, oddA), target + (2 * step));
        TSimd.Store(TSimd.Add(evenB, oddB), target + (3 * step));
        TSimd.Store(TSimd.Subtract(evenB, oddB), target + (4 * step));
        TSimd.Store(d2, target + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var d0 = TSimd.Load(source);
        var d1 = TSimd.Load(source + sourceStep);
        var d2 = TSimd.Load(source + (2 * sourceStep));
        var d3 = TSimd.Load(source + (3 * sourceStep));
        var d4 = TSimd.Load(source + (4 * sourceStep));
        var d5 = TSimd.Load(source + (5 * sourceStep));
        var sumA = TSimd.Add(d1, d2);
        var differenceA = TSimd.Subtract(d1, d2);
        var sumB = TSimd.Add(d3, d4);
        var differenceB = TSimd.Subtract(d3, d4);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Constant(-2.0 / 3), sumA, TSimd.MultiplyAdd(TSimd.Constant(1.0 / 6), sumB, d0)), target);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Constant(-B / 3), differenceA, TSimd.Multiply(TSimd.Constant(B / 6), differenceB)), target + step);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Constant(1.0 / 3), TSimd.Subtract(sumB, sumA), d5), target + (2 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread<TSimd, TVector, T>(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var evenA = TSimd.MultiplyAdd(TSimd.Constant(-2), d2, d4);
        var oddA = TSimd.Multiply(TSimd.Constant(A), TSimd.MultiplyAdd(TSimd.Constant(-2), d1, d3));
        var evenB = TSimd.MultiplyAdd(TSimd.Constant(-0.5), d2, d4);
        var oddB = TSimd.Multiply(TSimd.Constant(B), TSimd.MultiplyAdd(TSimd.Constant(-0.5), d1, d3));
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Constant(-2.5), d2, TSimd.Add(d0, d4)), target);
        TSimd.Store(TSimd.Add(evenA, oddA), target + step);
        TSimd.Store(TSimd.Subtract(evenA, oddA), target + (2 * step));
        TSimd.Store(TSimd.Add(evenB, oddB), target + (3 * step));
        TSimd.Store(TSimd.Subtract(evenB, oddB), target + (4 * step));
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Constant(-2.5), d3, TSimd.Add(d1, d5)), target + (5 * step));
    }
}
