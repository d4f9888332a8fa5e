using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>x · min(max(x + 3, 0), 6) / 6 (Howard et al., "Searching for MobileNetV3", 2019).</summary>
internal readonly struct HardSwishFunction : IActivation
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var gate = TSimd.Min(TSimd.Max(TSimd.Add(x, TSimd.Constant(3)), TSimd.Zero), TSimd.Constant(6));
        return TSimd.Multiply(x, TSimd.Multiply(gate, TSimd.Constant(1 / 6.0)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        // (2x + 3) / 6 between the knees, 0 below and 1 above.
        var inner = TSimd.Multiply(gradient, TSimd.MultiplyAdd(known, TSimd.Constant(1 / 3.0), TSimd.Constant(0.5)));
        var above = TSimd.Select(TSimd.LessThan(known, TSimd.Constant(3)), inner, gradient);
        return TSimd.And(TSimd.GreaterThan(known, TSimd.Constant(-3)), above);
    }
}
