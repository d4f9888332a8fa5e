using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>1 / (1 + e⁻ˣ); e⁻ˣ may overflow to infinity, which gives the 0 that it should.</summary>
internal readonly struct SigmoidFunction : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Divide(TSimd.Constant(1), TSimd.Add(TSimd.Constant(1), TSimd.Exp(TSimd.Subtract(TSimd.Zero, x))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Multiply(gradient, TSimd.Multiply(known, TSimd.Subtract(TSimd.Constant(1), known)));
}
