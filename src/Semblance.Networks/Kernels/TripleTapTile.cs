using System.Runtime.CompilerServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// A run of outputs in a row of a convolution with three taps side by side, no stride and no more filters than a vector holds:
/// each input that is loaded serves the three outputs that it touches. As a product of matrices it would be loaded for each of
/// them, and with one vector of filters loads, not multiply-adds, are what limits the product.
/// </summary>
internal static unsafe class TripleTapTile<TSimd, TVector, T, TOutputs>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TOutputs : struct, IExtent
{
    /// <summary>Writes <paramref name="outputs"/> (1 … <typeparamref name="TOutputs"/>) pixels.</summary>
    /// <param name="read">What the first output's first tap reads.</param>
    /// <param name="rowOffsets">Elements to each row of the kernel.</param>
    /// <param name="columnStep">Elements from a pixel read to the next.</param>
    /// <param name="weights">[rows, 3, channels, vector].</param>
    /// <param name="width">Filters.</param>
    /// <param name="ahead">Memory that is read soon, of which a line is asked for with each row and channel.</param>
    /// <param name="aheadStep">Bytes from one line asked for to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(T* read, nint* rowOffsets, int rows, int channels, nint columnStep, T* weights, T* target, nint targetStep, int outputs, int width, bool add, byte* ahead, nint aheadStep)
    {
        // Pixels beyond the run's own are not read: the last one stands for them.
        nint last = outputs + 1;
        var tap = (nint)channels * TSimd.Count;
        var a0 = read;
        var a1 = read + columnStep;
        var a2 = read + (2 * columnStep);
        var a3 = read + (Math.Min(3, last) * columnStep);
        var a4 = read + (Math.Min(4, last) * columnStep);
        var a5 = read + (Math.Min(5, last) * columnStep);
        var a6 = TOutputs.Value > 4 ? read + (Math.Min(6, last) * columnStep) : null;
        var a7 = TOutputs.Value > 5 ? read + (Math.Min(7, last) * columnStep) : null;
        var a8 = TOutputs.Value > 6 ? read + (Math.Min(8, last) * columnStep) : null;
        var a9 = TOutputs.Value > 7 ? read + (Math.Min(9, last) * columnStep) : null;
        var a10 = TOutputs.Value > 8 ? read + (Math.Min(10, last) * columnStep) : null;
        var a11 = TOutputs.Value > 9 ? read + (Math.Min(11, last) * columnStep) : null;
        var a12 = TOutputs.Value > 10 ? read + (Math.Min(12, last) * columnStep) : null;
        var a13 = TOutputs.Value > 11 ? read + (Math.Min(13, last) * columnStep) : null;
        var a14 = TOutputs.Value > 12 ? read + (Math.Min(14, last) * columnStep) : null;
        var a15 = TOutputs.Value > 13 ? read + (Math.Min(15, last) * columnStep) : null;
        var a16 = TOutputs.Value > 14 ? read + (Math.Min(16, last) * columnStep) : null;
        var a17 = TOutputs.Value > 15 ? read + (Math.Min(17, last) * columnStep) : null;
        var c0 = TSimd.Zero;
        var c1 = TSimd.Zero;
        var c2 = TSimd.Zero;
        var c3 = TSimd.Zero;
        var c4 = TSimd.Zero;
        var c5 = TSimd.Zero;
        var c6 = TSimd.Zero;
        var c7 = TSimd.Zero;
        var c8 = TSimd.Zero;
        var c9 = TSimd.Zero;
        var c10 = TSimd.Zero;
        var c11 = TSimd.Zero;
        var c12 = TSimd.Zero;
        var c13 = TSimd.Zero;
        var c14 = TSimd.Zero;
        var c15 = TSimd.Zero;
        for (var row = 0; row < rows; row++)
        {
            var at = rowOffsets[row];
            for (var end = at + channels; at != end; at++)
            {
                var w0 = TSimd.Load(weights);
                var w1 = TSimd.Load(weights + tap);
                var w2 = TSimd.Load(weights + (2 * tap));
                weights += TSimd.Count;
                Prefetch.Near(ahead);
                ahead += aheadStep;
                var x = TSimd.Create(a0[at]);
                c0 = TSimd.MultiplyAdd(x, w0, c0);
                x = TSimd.Create(a1[at]);
                c1 = TSimd.MultiplyAdd(x, w0, c1);
                c0 = TSimd.MultiplyAdd(x, w1, c0);
                x = TSimd.Create(a2[at]);
                c2 = TSimd.MultiplyAdd(x, w0, c2);
                c1 = TSimd.MultiplyAdd(x, w1, c1);
                c0 = TSimd.MultiplyAdd(x, w2, c0);
                x = TSimd.Create(a3[at]);
                c3 = TSimd.MultiplyAdd(x, w0, c3);
                c2 = TSimd.MultiplyAdd(x, w1, c2);
                c1 = TSimd.MultiplyAdd(x, w2, c1);
                if (TOutputs.Value > 4)
                {
                    x = TSimd.Create(a4[at]);
                    c4 = TSimd.MultiplyAdd(x, w0, c4);
                    c3 = TSimd.MultiplyAdd(x, w1, c3);
                    c2 = TSimd.MultiplyAdd(x, w2, c2);
                    x = TSimd.Create(a5[at]);
                    c5 = TSimd.MultiplyAdd(x, w0, c5);
                    c4 = TSimd.MultiplyAdd(x, w1, c4);
                    c3 = TSimd.MultiplyAdd(x, w2, c3);
                    x = TSimd.Create(a6[at]);
                    c6 = TSimd.MultiplyAdd(x, w0, c6);
                    c5 = TSimd.MultiplyAdd(x, w1, c5);
                    c4 = TSimd.MultiplyAdd(x, w2, c4);
                    x = TSimd.Create(a7[at]);
                    c7 = TSimd.MultiplyAdd(x, w0, c7);
                    c6 = TSimd.MultiplyAdd(x, w1, c6);
                    c5 = TSimd.MultiplyAdd(x, w2, c5);
                    if (TOutputs.Value > 8)
                    {
                        x = TSimd.Create(a8[at]);
                        c8 = TSimd.MultiplyAdd(x, w0, c8);
                        c7 = TSimd.MultiplyAdd(x, w1, c7);
                        c6 = TSimd.MultiplyAdd(x, w2, c6);
                        x = TSimd.Create(a9[at]);
                        c9 = TSimd.MultiplyAdd(x, w0, c9);
                        c8 = TSimd.MultiplyAdd(x, w1, c8);
                        c7 = TSimd.MultiplyAdd(x, w2, c7);
                        x = TSimd.Create(a10[at]);
                        c10 = TSimd.MultiplyAdd(x, w0, c10);
                        c9 = TSimd.MultiplyAdd(x, w1, c9);
                        c8 = TSimd.MultiplyAdd(x, w2, c8);
                        x = TSimd.Create(a11[at]);
                        c11 = TSimd.MultiplyAdd(x, w0, c11);
                        c10 = TSimd.MultiplyAdd(x, w1, c10);
                        c9 = TSimd.MultiplyAdd(x, w2, c9);
                        x = TSimd.Create(a12[at]);
                        c12 = TSimd.MultiplyAdd(x, w0, c12);
                        c11 = TSimd.MultiplyAdd(x, w1, c11);
                        c10 = TSimd.MultiplyAdd(x, w2, c10);
                        x = TSimd.Create(a13[at]);
                        c13 = TSimd.MultiplyAdd(x, w0, c13);
                        c12 = TSimd.MultiplyAdd(x, w1, c12);
                        c11 = TSimd.MultiplyAdd(x, w2, c11);
                        x = TSimd.Create(a14[at]);
                        c14 = TSimd.MultiplyAdd(x, w0, c14);
                        c13 = TSimd.MultiplyAdd(x, w1, c13);
                        c12 = TSimd.MultiplyAdd(x, w2, c12);
                        x = TSimd.Create(a15[at]);
                        c15 = TSimd.MultiplyAdd(x, w0, c15);
                        c14 = TSimd.MultiplyAdd(x, w1, c14);
                        c13 = TSimd.MultiplyAdd(x, w2, c13);
                        x = TSimd.Create(a16[at]);
                        c15 = TSimd.MultiplyAdd(x, w1, c15);
                        c14 = TSimd.MultiplyAdd(x, w2, c14);
                        x = TSimd.Create(a17[at]);
                        c15 = TSimd.MultiplyAdd(x, w2, c15);
                    }
                    else
                    {
                        x = TSimd.Create(a8[at]);
                        c7 = TSimd.MultiplyAdd(x, w1, c7);
                        c6 = TSimd.MultiplyAdd(x, w2, c6);
                        x = TSimd.Create(a9[at]);
                        c7 = TSimd.MultiplyAdd(x, w2, c7);
                    }
                }
                else
                {
                    x = TSimd.Create(a4[at]);
                    c3 = TSimd.MultiplyAdd(x, w1, c3);
                    c2 = TSimd.MultiplyAdd(x, w2, c2);
                    x = TSimd.Create(a5[at]);
                    c3 = TSimd.MultiplyAdd(x, w2, c3);
                }
            }
            weights += 2 * tap;
        }
        Store(target, c0, width, add);
        if (outputs > 1)
            Store(target + targetStep, c1, width, add);
        if (outputs > 2)
            Store(target + (2 * targetStep), c2, width, add);
        if (outputs > 3)
            Store(target + (3 * targetStep), c3, width, add);
        if (TOutputs.Value > 4 && outputs > 4)
            Store(target + (4 * targetStep), c4, width, add);
        if (TOutputs.Value > 5 && outputs > 5)
            Store(target + (5 * targetStep), c5, width, add);
        if (TOutputs.Value > 6 && outputs > 6)
            Store(target + (6 * targetStep), c6, width, add);
        if (TOutputs.Value > 7 && outputs > 7)
            Store(target + (7 * targetStep), c7, width, add);
        if (TOutputs.Value > 8 && outputs > 8)
            Store(target + (8 * targetStep), c8, width, add);
        if (TOutputs.Value > 9 && outputs > 9)
            Store(target + (9 * targetStep), c9, width, add);
        if (TOutputs.Value > 10 && outputs > 10)
            Store(target + (10 * targetStep), c10, width, add);
        if (TOutputs.Value > 11 && outputs > 11)
            Store(target + (11 * targetStep), c11, width, add);
        if (TOutputs.Value > 12 && outputs > 12)
            Store(target + (12 * targetStep), c12, width, add);
        if (TOutputs.Value > 13 && outputs > 13)
            Store(target + (13 * targetStep), c13, width, add);
        if (TOutputs.Value > 14 && outputs > 14)
            Store(target + (14 * targetStep), c14, width, add);
        if (TOutputs.Value > 15 && outputs > 15)
            Store(target + (15 * targetStep), c15, width, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVector value, int width, bool add)
        => TSimd.StoreFirst(add ? TSimd.Add(value, TSimd.LoadFirst(target, width)) : value, target, width);
}
