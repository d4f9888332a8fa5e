using System.Numerics;
using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Work on rows of channels with one constant a channel.</summary>
internal static unsafe class ChannelKernels
{
    private const int Grain = 1 << 14;

    /// <summary>y = f(x + bias) over [rows, channels]; x may be y, and nothing is done where there is nothing to do.</summary>
    /// <param name="bias">One a channel, or null.</param>
    public static void AddActivate<T>(LayerCall<T> call, Activation activation, T* x, T* bias, T* y, nint rows, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (bias == null && activation == Activation.None && x == y)
            return;
        ActivationFunctions.Run(activation, new AddActivateCall<T>(call, x, bias, y, rows, channels));
    }

    private readonly struct AddActivateCall<T>(LayerCall<T> call, T* x, T* bias, T* y, nint rows, int channels) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
        {
            // A lambda cannot capture the primary constructor's parameters of a struct.
            var run = call;
            var source = x;
            var constants = bias;
            var target = y;
            var width = channels;
            call.ForRanges(rows, 1 + (Grain / channels), (start, end) => run.Run(new AddActivateAction<T, TActivation>(function, source + start * width, constants, target + start * width, end - start, width)));
        }
    }

    private readonly struct AddActivateAction<T, TActivation>(TActivation activation, T* x, T* bias, T* y, nint rows, int channels) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var function = activation;
            var source = x;
            var target = y;
            for (nint row = 0; row < rows; row++, source += channels, target += channels)
            {
                for (var i = 0; i < channels; i += TSimd.Count)
                {
                    var count = Math.Min(TSimd.Count, channels - i);
                    var value = TSimd.LoadFirst(source + i, count);
                    if (bias != null)
                        value = TSimd.Add(value, TSimd.LoadFirst(bias + i, count));
                    TSimd.StoreFirst(function.Forward<TSimd, TVector, T>(value), target + i, count);
                }
            }
        }
    }
}
