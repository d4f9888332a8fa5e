using System.Runtime.CompilerServices;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// z = f(a · x + b + r) for each channel, with its gradients. The coefficients are rows as wide as <see cref="ChannelRows.Width"/>.
/// The derivative of f is taken from z where that is at hand, else from a · x + b + r computed anew to the same bits.
/// </summary>
internal static unsafe class BatchNormKernels
{
    /// <summary>
    /// Rows of so many vectors are taken several at a time, with one load of the coefficients and one update of the sums. Wider rows are
    /// read one after the other: jumping between them would defeat the prefetcher, which costs two to three times as much.
    /// </summary>
    public const int NarrowVectors = 3;

    /// <param name="residual">r, or null.</param>
    public static void Forward<T, TActivation>(LayerCall<T> call, ChannelRows rows, TActivation activation, T* x, T* residual, T* z, T* a, T* b)
        where T : unmanaged
        where TActivation : struct, IActivation
        => call.Team.Run(rows.Parts, part =>
        {
            var (start, end, rest) = rows.Part(part);
            call.Run(new ForwardAction<T, TActivation>(activation, rows.Width, start, end, rest, x, residual, z, a, b));
        });

    /// <summary>
    /// Sums of g = f' · dy and of g · (x − mean) over rows: four rows of sums for each part, of which the last two are the result.
    /// </summary>
    public static void GradientSums<T, TActivation>(LayerCall<T> call, ChannelRows rows, TActivation activation, in BatchNormTensors<T> tensors, T* mean, T* sums)
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        var t = tensors;
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, rest) = rows.Part(part);
            call.Run(new SumsAction<T, TActivation>(activation, rows.Width, start, end, rest, t, mean, sums + part * 4 * rows.Width));
        });
    }

    /// <summary>dx = a · g + slope · x + offset, and the residual's gradient g.</summary>
    /// <param name="slope">Null with the offset: dx = a · g.</param>
    public static void Gradient<T, TActivation>(LayerCall<T> call, ChannelRows rows, TActivation activation, in BatchNormTensors<T> tensors, T* slope, T* offset)
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        var t = tensors;
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, rest) = rows.Part(part);
            call.Run(new GradientAction<T, TActivation>(activation, rows.Width, start, end, rest, t, slope, offset));
        });
    }

    private readonly struct ForwardAction<T, TActivation>(TActivation activation, nint width, nint start, nint end, nint rest, T* x, T* residual, T* z, T* a, T* b) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var f = activation;
            var w = width;
            var from = x;
            var other = residual;
            var to = z;
            var row = start;
            for (; w <= NarrowVectors * TSimd.Count && row + 4 <= end; row += 4)
            {
                for (nint i = 0; i < w; i += TSimd.Count)
                {
                    var scale = TSimd.Load(a + i);
                    var shift = TSimd.Load(b + i);
                    var at = row * w + i;
                    Step<TSimd, TVector>(f, from, other, to, at, scale, shift);
                    Step<TSimd, TVector>(f, from, other, to, at + w, scale, shift);
                    Step<TSimd, TVector>(f, from, other, to, at + 2 * w, scale, shift);
                    Step<TSimd, TVector>(f, from, other, to, at + 3 * w, scale, shift);
                }
            }
            for (; row < end; row++)
            {
                for (nint i = 0; i < w; i += TSimd.Count)
                    Step<TSimd, TVector>(f, from, other, to, row * w + i, TSimd.Load(a + i), TSimd.Load(b + i));
            }
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                var at = end * w + i;
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var value = TSimd.MultiplyAdd(TSimd.LoadFirst(from + at, count), TSimd.Load(a + i), TSimd.Load(b + i));
                if (other != null)
                    value = TSimd.Add(value, TSimd.LoadFirst(other + at, count));
                TSimd.StoreFirst(f.Forward<TSimd, TVector, T>(value), to + at, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Step<TSimd, TVector>(TActivation f, T* x, T* residual, T* z, nint at, TVector scale, TVector shift)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var value = TSimd.MultiplyAdd(TSimd.Load(x + at), scale, shift);
            if (residual != null)
                value = TSimd.Add(value, TSimd.Load(residual + at));
            TSimd.Store(f.Forward<TSimd, TVector, T>(value), z + at);
        }
    }

    // g = f' · dy for a vector of elements, from the output or from the argument as the forward pass computed it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Masked<TActivation, TSimd, TVector, T>(TActivation f, TVector x, T* dy, T* z, T* residual, nint at, TVector scale, TVector shift)
        where TActivation : struct, IActivation
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var gradient = TSimd.Load(dy + at);
        if (typeof(TActivation) == typeof(IdentityFunction))
            return gradient;
        if (z != null)
            return f.Backward<TSimd, TVector, T>(TSimd.Load(z + at), gradient);
        var argument = TSimd.MultiplyAdd(x, scale, shift);
        if (residual != null)
            argument = TSimd.Add(argument, TSimd.Load(residual + at));
        return FromArgument<TActivation, TSimd, TVector, T>(f, argument, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector FromArgument<TActivation, TSimd, TVector, T>(TActivation f, TVector argument, TVector gradient)
        where TActivation : struct, IActivation
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => f.Backward<TSimd, TVector, T>(TActivation.DerivativeFromOutput ? f.Forward<TSimd, TVector, T>(argument) : argument, gradient);

    private readonly struct SumsAction<T, TActivation>(TActivation activation, nint width, nint start, nint end, nint rest, BatchNormTensors<T> tensors, T* mean, T* sums) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var f = activation;
            var w = width;
            var x = tensors.X;
            var dy = tensors.Dy;
            var z = tensors.Z;
            var residual = tensors.Residual;
            var a = tensors.A;
            var b = tensors.B;
            var block = sums;
            var total = sums + 2 * w;
            new Span<T>(sums, (int)(4 * w)).Clear();
            var row = start;
            while (row < end)
            {
                var blockEnd = Math.Min(row + ChannelMoments.BlockRows, end);
                for (; w <= NarrowVectors * TSimd.Count && row + 4 <= blockEnd; row += 4)
                {
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var scale = TSimd.Load(a + i);
                        var shift = TSimd.Load(b + i);
                        var center = TSimd.Load(mean + i);
                        var at = row * w + i;
                        var x0 = TSimd.Load(x + at);
                        var g0 = Masked<TActivation, TSimd, TVector, T>(f, x0, dy, z, residual, at, scale, shift);
                        var x1 = TSimd.Load(x + at + w);
                        var g1 = Masked<TActivation, TSimd, TVector, T>(f, x1, dy, z, residual, at + w, scale, shift);
                        var s0 = TSimd.MultiplyAdd(g1, TSimd.Subtract(x1, center), TSimd.Multiply(g0, TSimd.Subtract(x0, center)));
                        var x2 = TSimd.Load(x + at + 2 * w);
                        var g2 = Masked<TActivation, TSimd, TVector, T>(f, x2, dy, z, residual, at + 2 * w, scale, shift);
                        var x3 = TSimd.Load(x + at + 3 * w);
                        var g3 = Masked<TActivation, TSimd, TVector, T>(f, x3, dy, z, residual, at + 3 * w, scale, shift);
                        var s1 = TSimd.MultiplyAdd(g3, TSimd.Subtract(x3, center), TSimd.Multiply(g2, TSimd.Subtract(x2, center)));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), TSimd.Add(TSimd.Add(g0, g1), TSimd.Add(g2, g3))), block + i);
                        TSimd.Store(TSimd.Add(TSimd.Load(block + w + i), TSimd.Add(s0, s1)), block + w + i);
                    }
                }
                for (; row < blockEnd; row++)
                {
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var at = row * w + i;
                        var value = TSimd.Load(x + at);
                        var g = Masked<TActivation, TSimd, TVector, T>(f, value, dy, z, residual, at, TSimd.Load(a + i), TSimd.Load(b + i));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), g), block + i);
                        TSimd.Store(TSimd.MultiplyAdd(g, TSimd.Subtract(value, TSimd.Load(mean + i)), TSimd.Load(block + w + i)), block + w + i);
                    }
                }
                for (nint i = 0; i < 2 * w; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(total + i), TSimd.Load(block + i)), total + i);
                    TSimd.Store(TSimd.Zero, block + i);
                }
            }
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                var at = end * w + i;
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var value = TSimd.LoadFirst(x + at, count);
                var g = MaskedFirst<TActivation, TSimd, TVector, T>(f, value, tensors, at, i, count);
                TSimd.Store(TSimd.Add(TSimd.Load(total + i), g), total + i);
                TSimd.Store(TSimd.MultiplyAdd(g, TSimd.Subtract(value, TSimd.Load(mean + i)), TSimd.Load(total + w + i)), total + w + i);
            }
        }
    }

    // The first elements of a vector behind the last whole row; the others are zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MaskedFirst<TActivation, TSimd, TVector, T>(TActivation f, TVector x, in BatchNormTensors<T> tensors, nint at, nint i, int count)
        where TActivation : struct, IActivation
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var gradient = TSimd.LoadFirst(tensors.Dy + at, count);
        if (typeof(TActivation) == typeof(IdentityFunction))
            return gradient;
        if (tensors.Z != null)
            return f.Backward<TSimd, TVector, T>(TSimd.LoadFirst(tensors.Z + at, count), gradient);
        var argument = TSimd.MultiplyAdd(x, TSimd.Load(tensors.A + i), TSimd.Load(tensors.B + i));
        if (tensors.Residual != null)
            argument = TSimd.Add(argument, TSimd.LoadFirst(tensors.Residual + at, count));
        return FromArgument<TActivation, TSimd, TVector, T>(f, argument, gradient);
    }

    private readonly struct GradientAction<T, TActivation>(TActivation activation, nint width, nint start, nint end, nint rest, BatchNormTensors<T> tensors, T* slope, T* offset) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var f = activation;
            var w = width;
            var x = tensors.X;
            var dy = tensors.Dy;
            var z = tensors.Z;
            var residual = tensors.Residual;
            var a = tensors.A;
            var b = tensors.B;
            var dx = tensors.Dx;
            var dr = tensors.ResidualGradient;
            var adds = tensors.Accumulates;
            var addsResidual = tensors.AccumulatesResidual;
            nint group = w <= NarrowVectors * TSimd.Count ? 4 : 1;
            for (var row = start; row < end; row += group)
            {
                var rows = Math.Min(group, end - row);
                for (nint i = 0; i < w; i += TSimd.Count)
                {
                    var scale = TSimd.Load(a + i);
                    var shift = TSimd.Load(b + i);
                    var factor = slope == null ? TSimd.Zero : TSimd.Load(slope + i);
                    var constant = slope == null ? TSimd.Zero : TSimd.Load(offset + i);
                    var at = row * w + i;
                    for (nint r = 0; r < rows; r++, at += w)
                    {
                        // Not kept by a frozen layer that has its derivative from the output.
                        var value = x == null ? TSimd.Zero : TSimd.Load(x + at);
                        var g = Masked<TActivation, TSimd, TVector, T>(f, value, dy, z, residual, at, scale, shift);
                        if (dx != null)
                        {
                            var gradient = TSimd.MultiplyAdd(g, scale, TSimd.MultiplyAdd(value, factor, constant));
                            if (adds)
                                gradient = TSimd.Add(gradient, TSimd.Load(dx + at));
                            TSimd.Store(gradient, dx + at);
                        }
                        // After dx: the two are one tensor where a value is added to its own normalisation.
                        if (dr != null)
                            TSimd.Store(addsResidual ? TSimd.Add(g, TSimd.Load(dr + at)) : g, dr + at);
                    }
                }
            }
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                var at = end * w + i;
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var value = x == null ? TSimd.Zero : TSimd.LoadFirst(x + at, count);
                var g = MaskedFirst<TActivation, TSimd, TVector, T>(f, value, tensors, at, i, count);
                if (dx != null)
                {
                    var gradient = TSimd.Multiply(g, TSimd.Load(a + i));
                    if (slope != null)
                        gradient = TSimd.Add(gradient, TSimd.MultiplyAdd(value, TSimd.Load(slope + i), TSimd.Load(offset + i)));
                    if (adds)
                        gradient = TSimd.Add(gradient, TSimd.LoadFirst(dx + at, count));
                    TSimd.StoreFirst(gradient, dx + at, count);
                }
                if (dr != null)
                    TSimd.StoreFirst(addsResidual ? TSimd.Add(g, TSimd.LoadFirst(dr + at, count)) : g, dr + at, count);
            }
        }
    }
}
