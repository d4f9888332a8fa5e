using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>An activation over many elements, shared out over the threads of a call.</summary>
internal static unsafe class ActivationKernels
{
    private const int Grain = 1 << 14;

    /// <summary>y = f(x); the two may be one.</summary>
    public static void Forward<T, TActivation>(LayerCall<T> call, TActivation activation, T* x, T* y, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
        => call.ForRanges(count, Grain, (start, end) => call.Run(new ForwardAction<T, TActivation>(activation, x + start, y + start, end - start)));

    /// <summary>dx = f'(known) · dy, or added to dx; dx may be dy when not added.</summary>
    public static void Backward<T, TActivation>(LayerCall<T> call, TActivation activation, T* known, T* dy, T* dx, nint count, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
        => call.ForRanges(count, Grain, (start, end) => call.Run(new BackwardAction<T, TActivation>(activation, known + start, dy + start, dx + start, end - start, accumulate)));

    private readonly struct ForwardAction<T, TActivation>(TActivation activation, T* x, T* y, nint count) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var function = activation;
            nint i = 0;
            for (; i + TSimd.Count <= count; i += TSimd.Count)
                TSimd.Store(function.Forward<TSimd, TVector, T>(TSimd.Load(x + i)), y + i);
            if (i < count)
                TSimd.StoreFirst(function.Forward<TSimd, TVector, T>(TSimd.LoadFirst(x + i, (int)(count - i))), y + i, (int)(count - i));
        }
    }

    private readonly struct BackwardAction<T, TActivation>(TActivation activation, T* known, T* dy, T* dx, nint count, bool accumulate) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var function = activation;
            nint i = 0;
            for (; i + TSimd.Count <= count; i += TSimd.Count)
            {
                var gradient = function.Backward<TSimd, TVector, T>(TSimd.Load(known + i), TSimd.Load(dy + i));
                if (accumulate)
                    gradient = TSimd.Add(gradient, TSimd.Load(dx + i));
                TSimd.Store(gradient, dx + i);
            }
            if (i < count)
            {
                var rest = (int)(count - i);
                var gradient = function.Backward<TSimd, TVector, T>(TSimd.LoadFirst(known + i, rest), TSimd.LoadFirst(dy + i, rest));
                if (accumulate)
                    gradient = TSimd.Add(gradient, TSimd.LoadFirst(dx + i, rest));
                TSimd.StoreFirst(gradient, dx + i, rest);
            }
        }
    }
}
