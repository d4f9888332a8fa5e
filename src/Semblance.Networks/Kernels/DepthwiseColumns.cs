using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The innermost loops of depthwise convolutions: a vector of channels in some neighbouring columns at once, so that a weight is
/// loaded once for all of them and their sums do not wait for one another.
/// </summary>
internal static unsafe class DepthwiseColumns<TSimd, TVector, T, TActivation>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TActivation : struct, IActivation
{
    /// <summary>Channels [first, end) of eight columns. Straight-line on purpose: sums in an array would live in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var taps = call.Taps;
        var offsets = call.Offsets;
        var weightOffsets = call.WeightOffsets;
        var one = call.ReadStep;
        var two = 2 * one;
        var three = 3 * one;
        var four = 4 * one;
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var a1 = a0;
            var a2 = a0;
            var a3 = a0;
            var a4 = a0;
            var a5 = a0;
            var a6 = a0;
            var a7 = a0;
            for (var tap = 0; tap < taps; tap++)
            {
                var w = TLanes.Load<TSimd, TVector, T>(weights + weightOffsets[tap], count);
                var p = read + offsets[tap];
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + one, count), w, a1);
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), w, a2);
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), w, a3);
                p += four;
                a4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w, a4);
                a5 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + one, count), w, a5);
                a6 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), w, a6);
                a7 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), w, a7);
            }
            var write = call.Write + c;
            Finish<TLanes>(call, function, a0, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a1, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a2, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a3, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a4, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a5, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a6, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a7, write, count);
        }
    }

    /// <summary>Channels [first, end) of four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var taps = call.Taps;
        var offsets = call.Offsets;
        var weightOffsets = call.WeightOffsets;
        var one = call.ReadStep;
        var two = 2 * one;
        var three = 3 * one;
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var a1 = a0;
            var a2 = a0;
            var a3 = a0;
            for (var tap = 0; tap < taps; tap++)
            {
                var w = TLanes.Load<TSimd, TVector, T>(weights + weightOffsets[tap], count);
                var p = read + offsets[tap];
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + one, count), w, a1);
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), w, a2);
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), w, a3);
            }
            var write = call.Write + c;
            Finish<TLanes>(call, function, a0, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a1, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a2, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a3, write, count);
        }
    }

    /// <summary>Channels [first, end) of two columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var taps = call.Taps;
        var offsets = call.Offsets;
        var weightOffsets = call.WeightOffsets;
        var one = call.ReadStep;
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var a1 = a0;
            for (var tap = 0; tap < taps; tap++)
            {
                var w = TLanes.Load<TSimd, TVector, T>(weights + weightOffsets[tap], count);
                var p = read + offsets[tap];
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + one, count), w, a1);
            }
            var write = call.Write + c;
            Finish<TLanes>(call, function, a0, write, count);
            write += call.WriteStep;
            Finish<TLanes>(call, function, a1, write, count);
        }
    }

    /// <summary>Channels [first, end) of one column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var taps = call.Taps;
        var offsets = call.Offsets;
        var weightOffsets = call.WeightOffsets;
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            for (var tap = 0; tap < taps; tap++)
            {
                var w = TLanes.Load<TSimd, TVector, T>(weights + weightOffsets[tap], count);
                var p = read + offsets[tap];
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w, a0);
            }
            var write = call.Write + c;
            Finish<TLanes>(call, function, a0, write, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(in DepthwiseCall<T> call, TActivation function, TVector sum, T* write, int count)
        where TLanes : struct, ILanes
    {
        if (call.Accumulate)
            sum = TSimd.Add(sum, TLanes.Load<TSimd, TVector, T>(write, count));
        TLanes.Store<TSimd, TVector, T>(function.Forward<TSimd, TVector, T>(sum), write, count);
    }
}
