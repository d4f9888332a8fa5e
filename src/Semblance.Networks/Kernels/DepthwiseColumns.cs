using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The innermost loops of depthwise convolutions: a vector of channels in some neighbouring columns at once, so that what is read
/// serves up to three of them and their sums do not wait for one another. Straight-line on purpose: sums in an array would live in memory.
/// </summary>
internal static unsafe class DepthwiseColumns<TSimd, TVector, T, TActivation>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TActivation : struct, IActivation
{
    /// <summary>Channels [first, end) of eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var step = call.ReadStep;
        var writeStep = call.WriteStep;
        var channels = end;
        var accumulate = call.Accumulate;
        var column = call.Column;
        var room = call.Size - column - (7 * call.Stride);
        for (var c = first; c < channels; c += TSimd.Count)
        {
            var count = channels - c;
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
            var run = call.Runs;
            for (var i = call.Threes; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                var w2 = TLanes.Load<TSimd, TVector, T>(weight + (2 * run->WeightStep), count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a2 = TSimd.MultiplyAdd(x, w0, a2);
                a1 = TSimd.MultiplyAdd(x, w1, a1);
                a0 = TSimd.MultiplyAdd(x, w2, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a3 = TSimd.MultiplyAdd(x, w0, a3);
                a2 = TSimd.MultiplyAdd(x, w1, a2);
                a1 = TSimd.MultiplyAdd(x, w2, a1);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a4 = TSimd.MultiplyAdd(x, w0, a4);
                a3 = TSimd.MultiplyAdd(x, w1, a3);
                a2 = TSimd.MultiplyAdd(x, w2, a2);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a5 = TSimd.MultiplyAdd(x, w0, a5);
                a4 = TSimd.MultiplyAdd(x, w1, a4);
                a3 = TSimd.MultiplyAdd(x, w2, a3);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a6 = TSimd.MultiplyAdd(x, w0, a6);
                a5 = TSimd.MultiplyAdd(x, w1, a5);
                a4 = TSimd.MultiplyAdd(x, w2, a4);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a7 = TSimd.MultiplyAdd(x, w0, a7);
                a6 = TSimd.MultiplyAdd(x, w1, a6);
                a5 = TSimd.MultiplyAdd(x, w2, a5);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a7 = TSimd.MultiplyAdd(x, w1, a7);
                a6 = TSimd.MultiplyAdd(x, w2, a6);
                p += step;
                if (run->Last < room)
                    a7 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w2, a7);
            }
            for (var i = call.Twos; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a2 = TSimd.MultiplyAdd(x, w0, a2);
                a1 = TSimd.MultiplyAdd(x, w1, a1);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a3 = TSimd.MultiplyAdd(x, w0, a3);
                a2 = TSimd.MultiplyAdd(x, w1, a2);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a4 = TSimd.MultiplyAdd(x, w0, a4);
                a3 = TSimd.MultiplyAdd(x, w1, a3);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a5 = TSimd.MultiplyAdd(x, w0, a5);
                a4 = TSimd.MultiplyAdd(x, w1, a4);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a6 = TSimd.MultiplyAdd(x, w0, a6);
                a5 = TSimd.MultiplyAdd(x, w1, a5);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a7 = TSimd.MultiplyAdd(x, w0, a7);
                a6 = TSimd.MultiplyAdd(x, w1, a6);
                p += step;
                if (run->Last < room)
                    a7 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w1, a7);
            }
            for (var i = call.Ones; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a1);
                p += step;
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a2);
                p += step;
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a3);
                p += step;
                a4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a4);
                p += step;
                a5 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a5);
                p += step;
                a6 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a6);
                p += step;
                if (run->Last < room)
                    a7 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a7);
            }
            var write = call.Write + c;
            Finish<TLanes>(function, a0, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a1, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a2, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a3, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a4, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a5, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a6, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a7, write, count, accumulate);
        }
    }

    /// <summary>Channels [first, end) of four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var step = call.ReadStep;
        var writeStep = call.WriteStep;
        var channels = end;
        var accumulate = call.Accumulate;
        var column = call.Column;
        var room = call.Size - column - (3 * call.Stride);
        for (var c = first; c < channels; c += TSimd.Count)
        {
            var count = channels - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var a1 = a0;
            var a2 = a0;
            var a3 = a0;
            var run = call.Runs;
            for (var i = call.Threes; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                var w2 = TLanes.Load<TSimd, TVector, T>(weight + (2 * run->WeightStep), count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a2 = TSimd.MultiplyAdd(x, w0, a2);
                a1 = TSimd.MultiplyAdd(x, w1, a1);
                a0 = TSimd.MultiplyAdd(x, w2, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a3 = TSimd.MultiplyAdd(x, w0, a3);
                a2 = TSimd.MultiplyAdd(x, w1, a2);
                a1 = TSimd.MultiplyAdd(x, w2, a1);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a3 = TSimd.MultiplyAdd(x, w1, a3);
                a2 = TSimd.MultiplyAdd(x, w2, a2);
                p += step;
                if (run->Last < room)
                    a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w2, a3);
            }
            for (var i = call.Twos; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a2 = TSimd.MultiplyAdd(x, w0, a2);
                a1 = TSimd.MultiplyAdd(x, w1, a1);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a3 = TSimd.MultiplyAdd(x, w0, a3);
                a2 = TSimd.MultiplyAdd(x, w1, a2);
                p += step;
                if (run->Last < room)
                    a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w1, a3);
            }
            for (var i = call.Ones; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a1);
                p += step;
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a2);
                p += step;
                if (run->Last < room)
                    a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a3);
            }
            var write = call.Write + c;
            Finish<TLanes>(function, a0, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a1, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a2, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a3, write, count, accumulate);
        }
    }

    /// <summary>Channels [first, end) of two columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var step = call.ReadStep;
        var writeStep = call.WriteStep;
        var channels = end;
        var accumulate = call.Accumulate;
        var column = call.Column;
        var room = call.Size - column - (1 * call.Stride);
        for (var c = first; c < channels; c += TSimd.Count)
        {
            var count = channels - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var a1 = a0;
            var run = call.Runs;
            for (var i = call.Threes; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                var w2 = TLanes.Load<TSimd, TVector, T>(weight + (2 * run->WeightStep), count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w1, a1);
                a0 = TSimd.MultiplyAdd(x, w2, a0);
                p += step;
                if (run->Last < room)
                    a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w2, a1);
            }
            for (var i = call.Twos; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                var x = TLanes.Load<TSimd, TVector, T>(p, count);
                a1 = TSimd.MultiplyAdd(x, w0, a1);
                a0 = TSimd.MultiplyAdd(x, w1, a0);
                p += step;
                if (run->Last < room)
                    a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w1, a1);
            }
            for (var i = call.Ones; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                if (run->Last < room)
                    a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a1);
            }
            var write = call.Write + c;
            Finish<TLanes>(function, a0, write, count, accumulate);
            write += writeStep;
            Finish<TLanes>(function, a1, write, count, accumulate);
        }
    }

    /// <summary>Channels [first, end) of one column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One<TLanes>(in DepthwiseCall<T> call, TActivation function, int first, int end)
        where TLanes : struct, ILanes
    {
        var step = call.ReadStep;
        var writeStep = call.WriteStep;
        var channels = end;
        var accumulate = call.Accumulate;
        var column = call.Column;
        var room = call.Size - column;
        for (var c = first; c < channels; c += TSimd.Count)
        {
            var count = channels - c;
            var read = call.Read + c;
            var weights = call.Weights + c;
            var a0 = call.Bias == null ? TSimd.Zero : TLanes.Load<TSimd, TVector, T>(call.Bias + c, count);
            var run = call.Runs;
            for (var i = call.Threes; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                var w2 = TLanes.Load<TSimd, TVector, T>(weight + (2 * run->WeightStep), count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w1, a0);
                p += step;
                if (run->Last < room)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w2, a0);
            }
            for (var i = call.Twos; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                var w1 = TLanes.Load<TSimd, TVector, T>(weight + run->WeightStep, count);
                if (column + run->First >= 0)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
                p += step;
                if (run->Last < room)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w1, a0);
            }
            for (var i = call.Ones; i > 0; i--, run++)
            {
                var p = read + run->Offset;
                var weight = weights + run->Weights;
                var w0 = TLanes.Load<TSimd, TVector, T>(weight, count);
                if (column + run->First >= 0 && run->Last < room)
                    a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), w0, a0);
            }
            var write = call.Write + c;
            Finish<TLanes>(function, a0, write, count, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(TActivation function, TVector sum, T* write, int count, bool accumulate)
        where TLanes : struct, ILanes
    {
        if (accumulate)
            sum = TSimd.Add(sum, TLanes.Load<TSimd, TVector, T>(write, count));
        TLanes.Store<TSimd, TVector, T>(function.Forward<TSimd, TVector, T>(sum), write, count);
    }
}
