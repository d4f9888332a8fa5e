using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>min(max(x, low), high); the derivative at both ends is taken as 0.</summary>
internal readonly struct ClipFunction(double low, double high) : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Min(TSimd.Max(x, TSimd.Constant(low)), TSimd.Constant(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.And(TSimd.And(TSimd.GreaterThan(known, TSimd.Constant(low)), TSimd.LessThan(known, TSimd.Constant(high))), gradient);
}
