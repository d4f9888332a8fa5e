using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>x · sigmoid(x), also called SiLU.</summary>
internal readonly struct SwishFunction : IActivation
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Multiply(x, default(SigmoidFunction).Forward<TSimd, TVector, T>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var gate = default(SigmoidFunction).Forward<TSimd, TVector, T>(known);
        var slope = TSimd.MultiplyAdd(TSimd.Multiply(known, gate), TSimd.Subtract(TSimd.Constant(1), gate), gate);
        return TSimd.Multiply(gradient, slope);
    }
}
