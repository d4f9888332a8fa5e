using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>tanh x, relative error of a few units in the last place.</summary>
internal readonly struct TanhFunction : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var magnitude = TSimd.Abs(x);
        // With e⁻²ˣ the difference 1 − e⁻²ˣ loses digits near zero; there the 7th convergent of Lambert's continued fraction
        // x / (1 + x² / (3 + x² / (5 + …))) is exact to 2e-16.
        var power = TSimd.Exp(TSimd.Multiply(magnitude, TSimd.Constant(-2)));
        var large = TSimd.Divide(TSimd.Subtract(TSimd.Constant(1), power), TSimd.Add(TSimd.Constant(1), power));
        large = TSimd.Select(TSimd.LessThan(x, TSimd.Zero), TSimd.Subtract(TSimd.Zero, large), large);
        var square = TSimd.Multiply(x, x);
        var above = TSimd.MultiplyAdd(TSimd.MultiplyAdd(TSimd.Add(square, TSimd.Constant(378)), square, TSimd.Constant(17325)), square, TSimd.Constant(135135));
        var below = TSimd.MultiplyAdd(TSimd.MultiplyAdd(TSimd.MultiplyAdd(square, TSimd.Constant(28), TSimd.Constant(3150)), square, TSimd.Constant(62370)), square, TSimd.Constant(135135));
        var small = TSimd.Divide(TSimd.Multiply(x, above), below);
        return TSimd.Select(TSimd.LessThan(magnitude, TSimd.Constant(0.5)), small, large);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Multiply(gradient, TSimd.Subtract(TSimd.Constant(1), TSimd.Multiply(known, known)));
}
