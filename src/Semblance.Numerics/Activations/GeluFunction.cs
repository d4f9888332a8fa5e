using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>x · Φ(x), Φ being the normal distribution function (Hendrycks and Gimpel, "Gaussian error linear units", 2016), by the error function.</summary>
internal readonly struct GeluFunction : IActivation
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Multiply(x, Distribution<TSimd, TVector, T>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var density = TSimd.Multiply(
            TSimd.Exp(TSimd.Multiply(TSimd.Multiply(known, known), TSimd.Constant(-0.5))),
            TSimd.Constant(0.3989422804014327));
        return TSimd.Multiply(gradient, TSimd.MultiplyAdd(known, density, Distribution<TSimd, TVector, T>(known)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Distribution<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var error = ErrorFunction.Of<TSimd, TVector, T>(TSimd.Multiply(x, TSimd.Constant(0.7071067811865476)));
        return TSimd.MultiplyAdd(error, TSimd.Constant(0.5), TSimd.Constant(0.5));
    }
}
