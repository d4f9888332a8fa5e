using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// z = f(a · x + b + r) for each channel, with its gradients. The coefficients are rows as wide as <see cref="ChannelRows.Width"/>.
/// The derivative of f is taken from z where that is at hand, else from a · x + b + r computed anew to the same bits.
/// </summary>
internal static unsafe class BatchNormKernels
{
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

    /// <summary>dx = a · g + slope · (x − mean) + offset, and the residual's gradient g.</summary>
    /// <param name="mean">Null with slope and offset: dx = a · g, and x is not read for it.</param>
    public static void Gradient<T, TActivation>(LayerCall<T> call, ChannelRows rows, TActivation activation, in BatchNormTensors<T> tensors, T* mean, T* slope, T* offset)
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        var t = tensors;
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, rest) = rows.Part(part);
            call.Run(new GradientAction<T, TActivation>(activation, rows.Width, start, end, rest, t, mean, slope, offset));
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
            var scales = a;
            var shifts = b;
            for (var row = start; row < end; row++)
            {
                var from = x + row * w;
                var to = z + row * w;
                var other = residual == null ? null : residual + row * w;
                for (nint i = 0; i < w; i += TSimd.Count)
                {
                    var value = TSimd.MultiplyAdd(TSimd.Load(from + i), TSimd.Load(scales + i), TSimd.Load(shifts + i));
                    if (other != null)
                        value = TSimd.Add(value, TSimd.Load(other + i));
                    TSimd.Store(f.Forward<TSimd, TVector, T>(value), to + i);
                }
            }
            var tail = end * w;
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var value = TSimd.MultiplyAdd(TSimd.LoadFirst(x + tail + i, count), TSimd.Load(scales + i), TSimd.Load(shifts + i));
                if (residual != null)
                    value = TSimd.Add(value, TSimd.LoadFirst(residual + tail + i, count));
                TSimd.StoreFirst(f.Forward<TSimd, TVector, T>(value), z + tail + i, count);
            }
        }
    }

    /// <summary>g of a vector of elements.</summary>
    private readonly struct Masked<T, TActivation>(TActivation activation, BatchNormTensors<T> tensors)
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TSimd, TVector>(nint at, nint i)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var gradient = TSimd.Load(tensors.Dy + at);
            if (typeof(TActivation) == typeof(Numerics.Activations.IdentityFunction))
                return gradient;
            if (tensors.Z != null)
                return activation.Backward<TSimd, TVector, T>(TSimd.Load(tensors.Z + at), gradient);
            var argument = TSimd.MultiplyAdd(TSimd.Load(tensors.X + at), TSimd.Load(tensors.A + i), TSimd.Load(tensors.B + i));
            if (tensors.Residual != null)
                argument = TSimd.Add(argument, TSimd.Load(tensors.Residual + at));
            return activation.Backward<TSimd, TVector, T>(TActivation.DerivativeFromOutput ? activation.Forward<TSimd, TVector, T>(argument) : argument, gradient);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public TVector AtFirst<TSimd, TVector>(nint at, nint i, int count)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var gradient = TSimd.LoadFirst(tensors.Dy + at, count);
            if (typeof(TActivation) == typeof(Numerics.Activations.IdentityFunction))
                return gradient;
            if (tensors.Z != null)
                return activation.Backward<TSimd, TVector, T>(TSimd.LoadFirst(tensors.Z + at, count), gradient);
            var argument = TSimd.MultiplyAdd(TSimd.LoadFirst(tensors.X + at, count), TSimd.Load(tensors.A + i), TSimd.Load(tensors.B + i));
            if (tensors.Residual != null)
                argument = TSimd.Add(argument, TSimd.LoadFirst(tensors.Residual + at, count));
            return activation.Backward<TSimd, TVector, T>(TActivation.DerivativeFromOutput ? activation.Forward<TSimd, TVector, T>(argument) : argument, gradient);
        }
    }

    private readonly struct SumsAction<T, TActivation>(TActivation activation, nint width, nint start, nint end, nint rest, BatchNormTensors<T> tensors, T* mean, T* sums) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var masked = new Masked<T, TActivation>(activation, tensors);
            var x = tensors.X;
            var w = width;
            var center = mean;
            var block = sums;
            var total = sums + 2 * w;
            new Span<T>(sums, (int)(4 * w)).Clear();
            var row = start;
            while (row < end)
            {
                var blockEnd = Math.Min(row + ChannelMoments.BlockRows, end);
                for (; row + 4 <= blockEnd; row += 4)
                {
                    var first = row * w;
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var m = TSimd.Load(center + i);
                        var at = first + i;
                        var g0 = masked.At<TSimd, TVector>(at, i);
                        var s0 = TSimd.Multiply(g0, TSimd.Subtract(TSimd.Load(x + at), m));
                        at += w;
                        var g1 = masked.At<TSimd, TVector>(at, i);
                        var s1 = TSimd.MultiplyAdd(g1, TSimd.Subtract(TSimd.Load(x + at), m), s0);
                        at += w;
                        var g2 = masked.At<TSimd, TVector>(at, i);
                        var s2 = TSimd.Multiply(g2, TSimd.Subtract(TSimd.Load(x + at), m));
                        at += w;
                        var g3 = masked.At<TSimd, TVector>(at, i);
                        var s3 = TSimd.MultiplyAdd(g3, TSimd.Subtract(TSimd.Load(x + at), m), s2);
                        var sum = TSimd.Add(TSimd.Add(g0, g1), TSimd.Add(g2, g3));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), sum), block + i);
                        TSimd.Store(TSimd.Add(TSimd.Load(block + w + i), TSimd.Add(s1, s3)), block + w + i);
                    }
                }
                for (; row < blockEnd; row++)
                {
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var at = row * w + i;
                        var g = masked.At<TSimd, TVector>(at, i);
                        var d = TSimd.Subtract(TSimd.Load(x + at), TSimd.Load(center + i));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), g), block + i);
                        TSimd.Store(TSimd.MultiplyAdd(g, d, TSimd.Load(block + w + i)), block + w + i);
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
                var g = masked.AtFirst<TSimd, TVector>(at, i, count);
                var d = TSimd.Subtract(TSimd.LoadFirst(x + at, count), TSimd.Load(center + i));
                TSimd.Store(TSimd.Add(TSimd.Load(total + i), g), total + i);
                TSimd.Store(TSimd.MultiplyAdd(g, d, TSimd.Load(total + w + i)), total + w + i);
            }
        }
    }

    private readonly struct GradientAction<T, TActivation>(TActivation activation, nint width, nint start, nint end, nint rest, BatchNormTensors<T> tensors, T* mean, T* slope, T* offset) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var masked = new Masked<T, TActivation>(activation, tensors);
            var w = width;
            var x = tensors.X;
            var dx = tensors.Dx;
            var dr = tensors.ResidualGradient;
            var scale = tensors.A;
            var m = mean;
            var s = slope;
            var o = offset;
            var (adds, addsResidual) = (tensors.Accumulates, tensors.AccumulatesResidual);
            for (var row = start; row < end; row++)
            {
                for (nint i = 0; i < w; i += TSimd.Count)
                {
                    var at = row * w + i;
                    var g = masked.At<TSimd, TVector>(at, i);
                    if (dx != null)
                    {
                        var gradient = TSimd.Multiply(g, TSimd.Load(scale + i));
                        if (m != null)
                            gradient = TSimd.Add(gradient, TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(x + at), TSimd.Load(m + i)), TSimd.Load(s + i), TSimd.Load(o + i)));
                        if (adds)
                            gradient = TSimd.Add(gradient, TSimd.Load(dx + at));
                        TSimd.Store(gradient, dx + at);
                    }
                    // After dx: the two are one tensor where a value is added to its own normalisation.
                    if (dr != null)
                        TSimd.Store(addsResidual ? TSimd.Add(g, TSimd.Load(dr + at)) : g, dr + at);
                }
            }
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                var at = end * w + i;
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var g = masked.AtFirst<TSimd, TVector>(at, i, count);
                if (dx != null)
                {
                    var gradient = TSimd.Multiply(g, TSimd.Load(scale + i));
                    if (m != null)
                        gradient = TSimd.Add(gradient, TSimd.MultiplyAdd(TSimd.Subtract(TSimd.LoadFirst(x + at, count), TSimd.Load(m + i)), TSimd.Load(s + i), TSimd.Load(o + i)));
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
