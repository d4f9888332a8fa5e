using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>min(max(x / 6 + 1/2, 0), 1).</summary>
internal readonly struct HardSigmoidFunction : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Min(TSimd.Max(TSimd.MultiplyAdd(x, TSimd.Constant(1 / 6.0), TSimd.Constant(0.5)), TSimd.Zero), TSimd.Constant(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.And(
            TSimd.And(TSimd.GreaterThan(known, TSimd.Zero), TSimd.LessThan(known, TSimd.Constant(1))),
            TSimd.Multiply(gradient, TSimd.Constant(1 / 6.0)));
}
