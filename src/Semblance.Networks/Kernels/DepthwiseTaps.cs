using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The innermost loops of a depthwise weight gradient: over some neighbouring columns of one row, <c>sums[tap][c] += Σ read[tap][c] ·
/// gradient[c]</c>, for a vector of channels at a time.
/// </summary>
internal static unsafe class DepthwiseTaps<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>Channels [first, end) of the three by three taps of a kernel, whose nine sums stay in registers.</summary>
    /// <param name="tapRows">Three rows of what is read, at the first tap of the first column; any row stands for one that is not there.</param>
    /// <param name="rowsInside">Bit i is set where row i is to be counted.</param>
    /// <param name="second">Elements from the first tap of a row to the second.</param>
    /// <param name="third">Elements from the first tap of a row to the third.</param>
    /// <param name="channels">Elements from one tap's sums to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Nine<TLanes>(T** tapRows, int rowsInside, nint second, nint third, nint readStep, T* gradient, int columns, T* sums, int channels, int first, int end)
        where TLanes : struct, ILanes
    {
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            TVector a0 = TSimd.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0;
            var top = tapRows[0] + c;
            var middle = tapRows[1] + c;
            var bottom = tapRows[2] + c;
            var g = gradient + c;
            for (var column = 0; column < columns; column++)
            {
                var d = TLanes.Load<TSimd, TVector, T>(g, count);
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(top, count), d, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(top + second, count), d, a1);
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(top + third, count), d, a2);
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(middle, count), d, a3);
                a4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(middle + second, count), d, a4);
                a5 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(middle + third, count), d, a5);
                a6 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(bottom, count), d, a6);
                a7 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(bottom + second, count), d, a7);
                a8 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(bottom + third, count), d, a8);
                top += readStep;
                middle += readStep;
                bottom += readStep;
                g += channels;
            }
            var target = sums + c;
            if ((rowsInside & 1) != 0)
                AddThree<TLanes>(a0, a1, a2, target, channels, count);
            target += 3 * channels;
            if ((rowsInside & 2) != 0)
                AddThree<TLanes>(a3, a4, a5, target, channels, count);
            target += 3 * channels;
            if ((rowsInside & 4) != 0)
                AddThree<TLanes>(a6, a7, a8, target, channels, count);
        }
    }

    /// <summary>
    /// Channels [first, end) of the three by three taps of a kernel whose taps lie as far apart as columns: input i meets the gradients
    /// of columns i, i − 1 and i − 2, which slide through registers; those that are not there are zero, so a border needs no care.
    /// </summary>
    /// <param name="tapRows">Three rows of what is read, at the first tap of column 0; any row stands for one that is not there.</param>
    /// <param name="rowsInside">Bit i is set where row i is to be counted.</param>
    /// <param name="firstInput">First input inside the picture.</param>
    /// <param name="endInput">Behind the last one.</param>
    /// <param name="columns">Columns of the gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sliding<TLanes>(T** tapRows, int rowsInside, int firstInput, int endInput, nint readStep, T* gradient, int columns, T* sums, int channels, int first, int end)
        where TLanes : struct, ILanes
    {
        var whole = Math.Min(endInput, columns);
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            TVector a0 = TSimd.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0;
            var top = tapRows[0] + (firstInput * readStep) + c;
            var middle = tapRows[1] + (firstInput * readStep) + c;
            var bottom = tapRows[2] + (firstInput * readStep) + c;
            var g = gradient + c;
            var last = firstInput >= 1 && firstInput <= columns ? TLanes.Load<TSimd, TVector, T>(g + ((nint)(firstInput - 1) * channels), count) : a0;
            var beforeLast = firstInput >= 2 && firstInput - 1 <= columns ? TLanes.Load<TSimd, TVector, T>(g + ((nint)(firstInput - 2) * channels), count) : a0;
            g += (nint)firstInput * channels;
            for (var input = firstInput; input < endInput; input++)
            {
                var d = input < whole ? TLanes.Load<TSimd, TVector, T>(g, count) : TSimd.Zero;
                var x = TLanes.Load<TSimd, TVector, T>(top, count);
                a0 = TSimd.MultiplyAdd(x, d, a0);
                a1 = TSimd.MultiplyAdd(x, last, a1);
                a2 = TSimd.MultiplyAdd(x, beforeLast, a2);
                x = TLanes.Load<TSimd, TVector, T>(middle, count);
                a3 = TSimd.MultiplyAdd(x, d, a3);
                a4 = TSimd.MultiplyAdd(x, last, a4);
                a5 = TSimd.MultiplyAdd(x, beforeLast, a5);
                x = TLanes.Load<TSimd, TVector, T>(bottom, count);
                a6 = TSimd.MultiplyAdd(x, d, a6);
                a7 = TSimd.MultiplyAdd(x, last, a7);
                a8 = TSimd.MultiplyAdd(x, beforeLast, a8);
                beforeLast = last;
                last = d;
                top += readStep;
                middle += readStep;
                bottom += readStep;
                g += channels;
            }
            var target = sums + c;
            if ((rowsInside & 1) != 0)
                AddThree<TLanes>(a0, a1, a2, target, channels, count);
            target += 3 * channels;
            if ((rowsInside & 2) != 0)
                AddThree<TLanes>(a3, a4, a5, target, channels, count);
            target += 3 * channels;
            if ((rowsInside & 4) != 0)
                AddThree<TLanes>(a6, a7, a8, target, channels, count);
        }
    }

    /// <summary>Channels [first, end) of five taps in a row, one after the other.</summary>
    /// <param name="tapStep">Elements from one tap to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five<TLanes>(T* read, nint tapStep, nint readStep, T* gradient, int columns, T* sums, int channels, int first, int end)
        where TLanes : struct, ILanes
    {
        var two = 2 * tapStep;
        var three = 3 * tapStep;
        var four = 4 * tapStep;
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            // Two columns at a time: five sums alone would wait for one another.
            TVector a0 = TSimd.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0;
            var p = read + c;
            var g = gradient + c;
            for (var column = 1; column < columns; column += 2)
            {
                var d = TLanes.Load<TSimd, TVector, T>(g, count);
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), d, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + tapStep, count), d, a1);
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), d, a2);
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), d, a3);
                a4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + four, count), d, a4);
                d = TLanes.Load<TSimd, TVector, T>(g + channels, count);
                p += readStep;
                b0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), d, b0);
                b1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + tapStep, count), d, b1);
                b2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), d, b2);
                b3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), d, b3);
                b4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + four, count), d, b4);
                p += readStep;
                g += 2 * channels;
            }
            if (columns % 2 == 1)
            {
                var d = TLanes.Load<TSimd, TVector, T>(g, count);
                a0 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), d, a0);
                a1 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + tapStep, count), d, a1);
                a2 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + two, count), d, a2);
                a3 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + three, count), d, a3);
                a4 = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + four, count), d, a4);
            }
            var target = sums + c;
            AddTo<TLanes>(TSimd.Add(a0, b0), target, count);
            AddTo<TLanes>(TSimd.Add(a1, b1), target + channels, count);
            AddTo<TLanes>(TSimd.Add(a2, b2), target + (2 * channels), count);
            AddTo<TLanes>(TSimd.Add(a3, b3), target + (3 * channels), count);
            AddTo<TLanes>(TSimd.Add(a4, b4), target + (4 * channels), count);
        }
    }

    /// <summary>Channels [first, end) of one tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One<TLanes>(T* read, nint readStep, T* gradient, int columns, T* sums, int channels, int first, int end)
        where TLanes : struct, ILanes
    {
        for (var c = first; c < end; c += TSimd.Count)
        {
            var count = end - c;
            TVector a = TSimd.Zero, b = a;
            var p = read + c;
            var g = gradient + c;
            for (var column = 1; column < columns; column += 2)
            {
                a = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), TLanes.Load<TSimd, TVector, T>(g, count), a);
                b = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p + readStep, count), TLanes.Load<TSimd, TVector, T>(g + channels, count), b);
                p += 2 * readStep;
                g += 2 * channels;
            }
            if (columns % 2 == 1)
                a = TSimd.MultiplyAdd(TLanes.Load<TSimd, TVector, T>(p, count), TLanes.Load<TSimd, TVector, T>(g, count), a);
            AddTo<TLanes>(TSimd.Add(a, b), sums + c, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddThree<TLanes>(TVector first, TVector second, TVector third, T* target, int channels, int count)
        where TLanes : struct, ILanes
    {
        AddTo<TLanes>(first, target, count);
        AddTo<TLanes>(second, target + channels, count);
        AddTo<TLanes>(third, target + (2 * channels), count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLanes>(TVector vector, T* target, int count)
        where TLanes : struct, ILanes
        => TLanes.Store<TSimd, TVector, T>(TSimd.Add(vector, TLanes.Load<TSimd, TVector, T>(target, count)), target, count);
}
