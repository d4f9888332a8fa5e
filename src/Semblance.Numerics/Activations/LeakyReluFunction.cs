using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>x above zero and slope · x below; the slope is not negative, so that the result has the sign of x.</summary>
internal readonly struct LeakyReluFunction(double slope) : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Select(TSimd.GreaterThan(x, TSimd.Zero), x, TSimd.Multiply(x, TSimd.Constant(slope)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Select(TSimd.GreaterThan(known, TSimd.Zero), gradient, TSimd.Multiply(gradient, TSimd.Constant(slope)));
}
