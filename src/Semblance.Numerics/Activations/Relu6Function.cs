using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>min(max(x, 0), 6); the derivative at 0 and at 6 is taken as 0.</summary>
internal readonly struct Relu6Function : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Min(TSimd.Max(x, TSimd.Zero), TSimd.Constant(6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.And(TSimd.And(TSimd.GreaterThan(known, TSimd.Zero), TSimd.LessThan(known, TSimd.Constant(6))), gradient);
}
