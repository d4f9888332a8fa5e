using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>F(2, 3) at the points 0, ±1 and ∞: for pictures too small for tiles of four, and for layers of many channels and few pixels.</summary>
internal readonly unsafe struct WinogradTwo : IWinogradTransform
{
    public static int Tile => 2;

    public static int Side => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => Spread<TSimd, TVector, T>(TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)), TSimd.Load(source + (3 * sourceStep)), target, step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputFrom<TSimd, TVector, T>(T** pixels, int pixelStep, nint channel, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => Spread<TSimd, TVector, T>(
            TSimd.Load(pixels[0] + channel), TSimd.Load(pixels[pixelStep] + channel), TSimd.Load(pixels[2 * pixelStep] + channel), TSimd.Load(pixels[3 * pixelStep] + channel), target, step);

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
        y0 = TSimd.Add(d0, TSimd.Add(d1, d2));
        y1 = TSimd.Add(TSimd.Subtract(d1, d2), d3);
        y2 = y3 = TSimd.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        OutputOf<TSimd, TVector, T>(source, sourceStep, out var y0, out var y1, out _, out _);
        TSimd.Store(y0, target);
        TSimd.Store(y1, target + step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var d0 = TSimd.Load(source);
        var d1 = TSimd.Load(source + sourceStep);
        TSimd.Store(d0, target);
        TSimd.Store(TSimd.Add(d0, d1), target + step);
        TSimd.Store(TSimd.Subtract(d0, d1), target + (2 * step));
        TSimd.Store(d1, target + (3 * step));
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
        var even = TSimd.Multiply(TSimd.Constant(0.5), TSimd.Add(d0, d2));
        var odd = TSimd.Multiply(TSimd.Constant(0.5), d1);
        TSimd.Store(d0, target);
        TSimd.Store(TSimd.Add(even, odd), target + step);
        TSimd.Store(TSimd.Subtract(even, odd), target + (2 * step));
        TSimd.Store(d2, target + (3 * step));
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
        var sum = TSimd.Multiply(TSimd.Constant(0.5), TSimd.Add(d1, d2));
        TSimd.Store(TSimd.Add(d0, sum), target);
        TSimd.Store(TSimd.Multiply(TSimd.Constant(0.5), TSimd.Subtract(d1, d2)), target + step);
        TSimd.Store(TSimd.Add(sum, d3), target + (2 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread<TSimd, TVector, T>(TVector d0, TVector d1, TVector d2, TVector d3, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        TSimd.Store(TSimd.Subtract(d0, d2), target);
        TSimd.Store(TSimd.Add(d2, d1), target + step);
        TSimd.Store(TSimd.Subtract(d2, d1), target + (2 * step));
        TSimd.Store(TSimd.Subtract(d3, d1), target + (3 * step));
    }
}
