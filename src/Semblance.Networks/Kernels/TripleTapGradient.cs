using System.Runtime.CompilerServices;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The gradient of the weights of three taps side by side, for some channels and no more filters than a vector holds: each input
/// that is loaded meets the gradients of the three outputs that it touched. See <see cref="TripleTapTile{TSimd, TVector, T, TOutputs}"/>.
/// </summary>
internal static unsafe class TripleTapGradient<TSimd, TVector, T, TChannels>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
    where TChannels : struct, IExtent
{
    /// <param name="read">What the first output's first tap reads of the first channel.</param>
    /// <param name="lines">Elements to each row of outputs in what is read.</param>
    /// <param name="length">Outputs in a row.</param>
    /// <param name="columnStep">Elements from a pixel read to the next.</param>
    /// <param name="gradient">The gradient of the outputs, pixel after pixel.</param>
    /// <param name="gradientStep">Elements from a pixel of it to the next.</param>
    /// <param name="channels">Channels, 1 … <typeparamref name="TChannels"/>.</param>
    /// <param name="width">Filters.</param>
    /// <param name="target">The gradient of the first tap's weights for the first channel.</param>
    /// <param name="channelStep">Elements from a channel's weights to the next.</param>
    /// <param name="tapStep">Elements from a tap's weights to the next.</param>
    /// <param name="ahead">Inputs that are read soon, of which a line is asked for with each input.</param>
    /// <param name="gradientAhead">The same of the gradient.</param>
    /// <param name="aheadStep">Bytes from one line asked for to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        T* read, nint* lines, int count, int length, nint columnStep, T* gradient, nint gradientStep, int channels, int width, T* target, nint channelStep, nint tapStep, bool add,
        byte* ahead, byte* gradientAhead, nint aheadStep, nint gradientAheadStep)
    {
        // Channels that are not there are stood for by the last one.
        nint last = channels - 1;
        var a0 = read;
        var a1 = read + Math.Min(1, last);
        var a2 = read + Math.Min(2, last);
        var a3 = read + Math.Min(3, last);
        var a4 = TChannels.Value > 4 ? read + Math.Min(4, last) : null;
        var a5 = TChannels.Value > 5 ? read + Math.Min(5, last) : null;
        var a6 = TChannels.Value > 6 ? read + Math.Min(6, last) : null;
        var a7 = TChannels.Value > 7 ? read + Math.Min(7, last) : null;
        TVector c00 = TSimd.Zero, c01 = TSimd.Zero, c02 = TSimd.Zero;
        TVector c10 = TSimd.Zero, c11 = TSimd.Zero, c12 = TSimd.Zero;
        TVector c20 = TSimd.Zero, c21 = TSimd.Zero, c22 = TSimd.Zero;
        TVector c30 = TSimd.Zero, c31 = TSimd.Zero, c32 = TSimd.Zero;
        TVector c40 = TSimd.Zero, c41 = TSimd.Zero, c42 = TSimd.Zero;
        TVector c50 = TSimd.Zero, c51 = TSimd.Zero, c52 = TSimd.Zero;
        TVector c60 = TSimd.Zero, c61 = TSimd.Zero, c62 = TSimd.Zero;
        TVector c70 = TSimd.Zero, c71 = TSimd.Zero, c72 = TSimd.Zero;
        for (var line = 0; line < count; line++)
        {
            var at = lines[line];
            var d1 = TSimd.Zero;
            var d2 = TSimd.Zero;
            // Two inputs more than outputs: the last ones touch no output of their own.
            for (var left = length + 2; left > 0; left--)
            {
                Prefetch.Near(ahead);
                Prefetch.Near(gradientAhead);
                ahead += aheadStep;
                gradientAhead += gradientAheadStep;
                var d0 = TSimd.Zero;
                if (left > 2)
                {
                    d0 = TSimd.LoadFirst(gradient, width);
                    gradient += gradientStep;
                }
                var x = TSimd.Create(a0[at]);
                c00 = TSimd.MultiplyAdd(x, d0, c00);
                c01 = TSimd.MultiplyAdd(x, d1, c01);
                c02 = TSimd.MultiplyAdd(x, d2, c02);
                x = TSimd.Create(a1[at]);
                c10 = TSimd.MultiplyAdd(x, d0, c10);
                c11 = TSimd.MultiplyAdd(x, d1, c11);
                c12 = TSimd.MultiplyAdd(x, d2, c12);
                x = TSimd.Create(a2[at]);
                c20 = TSimd.MultiplyAdd(x, d0, c20);
                c21 = TSimd.MultiplyAdd(x, d1, c21);
                c22 = TSimd.MultiplyAdd(x, d2, c22);
                x = TSimd.Create(a3[at]);
                c30 = TSimd.MultiplyAdd(x, d0, c30);
                c31 = TSimd.MultiplyAdd(x, d1, c31);
                c32 = TSimd.MultiplyAdd(x, d2, c32);
                if (TChannels.Value > 4)
                {
                    x = TSimd.Create(a4[at]);
                    c40 = TSimd.MultiplyAdd(x, d0, c40);
                    c41 = TSimd.MultiplyAdd(x, d1, c41);
                    c42 = TSimd.MultiplyAdd(x, d2, c42);
                    x = TSimd.Create(a5[at]);
                    c50 = TSimd.MultiplyAdd(x, d0, c50);
                    c51 = TSimd.MultiplyAdd(x, d1, c51);
                    c52 = TSimd.MultiplyAdd(x, d2, c52);
                    x = TSimd.Create(a6[at]);
                    c60 = TSimd.MultiplyAdd(x, d0, c60);
                    c61 = TSimd.MultiplyAdd(x, d1, c61);
                    c62 = TSimd.MultiplyAdd(x, d2, c62);
                    x = TSimd.Create(a7[at]);
                    c70 = TSimd.MultiplyAdd(x, d0, c70);
                    c71 = TSimd.MultiplyAdd(x, d1, c71);
                    c72 = TSimd.MultiplyAdd(x, d2, c72);
                }
                d2 = d1;
                d1 = d0;
                at += columnStep;
            }
        }
        Store(target, c00, c01, c02, width, tapStep, add);
        if (channels > 1)
            Store(target + channelStep, c10, c11, c12, width, tapStep, add);
        if (channels > 2)
            Store(target + (2 * channelStep), c20, c21, c22, width, tapStep, add);
        if (channels > 3)
            Store(target + (3 * channelStep), c30, c31, c32, width, tapStep, add);
        if (TChannels.Value > 4 && channels > 4)
            Store(target + (4 * channelStep), c40, c41, c42, width, tapStep, add);
        if (TChannels.Value > 5 && channels > 5)
            Store(target + (5 * channelStep), c50, c51, c52, width, tapStep, add);
        if (TChannels.Value > 6 && channels > 6)
            Store(target + (6 * channelStep), c60, c61, c62, width, tapStep, add);
        if (TChannels.Value > 7 && channels > 7)
            Store(target + (7 * channelStep), c70, c71, c72, width, tapStep, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVector first, TVector second, TVector third, int width, nint step, bool add)
    {
        if (add)
        {
            first = TSimd.Add(first, TSimd.LoadFirst(target, width));
            second = TSimd.Add(second, TSimd.LoadFirst(target + step, width));
            third = TSimd.Add(third, TSimd.LoadFirst(target + (2 * step), width));
        }
        TSimd.StoreFirst(first, target, width);
        TSimd.StoreFirst(second, target + step, width);
        TSimd.StoreFirst(third, target + (2 * step), width);
    }
}
