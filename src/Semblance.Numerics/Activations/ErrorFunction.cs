using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>
/// erf x = 2/√π ∫₀ˣ e^(−s²) ds. Below 1, x times a polynomial of x²; above, 1 − e^(−x²) · G(t) / (1 + 2x) with t = (x − 2) / (x + 2), the
/// transformation of Shepherd and Laframboise ("Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x &lt; ∞", 1981). The
/// polynomials interpolate at Chebyshev nodes in [0, 1] and, for G, in x from 1 to 6; beyond 6 the result is ±1 in both precisions.
/// Absolute error below 3e-7 in single and 1e-15 in double precision.
/// </summary>
internal static class ErrorFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        var magnitude = TSimd.Min(TSimd.Abs(x), TSimd.Constant(6));
        var square = TSimd.Multiply(magnitude, magnitude);
        var t = TSimd.Divide(TSimd.Subtract(magnitude, TSimd.Constant(2)), TSimd.Add(magnitude, TSimd.Constant(2)));
        var tail = TSimd.Divide(
            TSimd.Multiply(TSimd.Exp(TSimd.Subtract(TSimd.Zero, square)), Tail<TSimd, TVector, T>(t)),
            TSimd.MultiplyAdd(magnitude, TSimd.Constant(2), TSimd.Constant(1)));
        var large = TSimd.Subtract(TSimd.Constant(1), tail);
        large = TSimd.Select(TSimd.LessThan(x, TSimd.Zero), TSimd.Subtract(TSimd.Zero, large), large);
        var small = TSimd.Multiply(x, Ratio<TSimd, TVector, T>(square));
        return TSimd.Select(TSimd.LessThan(magnitude, TSimd.Constant(1)), small, large);
    }

    // erf(x) / x as a polynomial of x².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Ratio<TSimd, TVector, T>(TVector square)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        TVector p;
        if (typeof(T) == typeof(float))
        {
            p = TSimd.Constant(7.8758750626854883e-05);
            p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.00080168642871658699));
            p = TSimd.MultiplyAdd(p, square, TSimd.Constant(0.0051890874234339739));
            p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.026854212010626412));
            p = TSimd.MultiplyAdd(p, square, TSimd.Constant(0.11283594715160218));
            p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.37612626666720334));
            return TSimd.MultiplyAdd(p, square, TSimd.Constant(1.1283791658483509));
        }
        p = TSimd.Constant(-7.7958988270021425e-10);
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(1.3720064546777686e-08));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-1.6208483801871705e-07));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(1.6447424703317362e-06));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-1.4924736907419661e-05));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(0.00012055294904839707));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.00085483259753896918));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(0.0052239776071164225));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.02686617064323777));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(0.11283791670945006));
        p = TSimd.MultiplyAdd(p, square, TSimd.Constant(-0.37612638903183543));
        return TSimd.MultiplyAdd(p, square, TSimd.Constant(1.1283791670955126));
    }

    // G(t).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tail<TSimd, TVector, T>(TVector t)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        TVector p;
        if (typeof(T) == typeof(float))
        {
            p = TSimd.Constant(0.00013447926557384822);
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.008513144780271438));
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.0078060626893471773));
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.054214345161427653));
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.16403732477241778));
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.16603033311521784));
            p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.092763605957562792));
            return TSimd.MultiplyAdd(p, t, TSimd.Constant(1.2769783811010393));
        }
        p = TSimd.Constant(-1.2194400343890491e-06);
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(6.2110650754176653e-06));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(4.639547402434605e-06));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-1.403300441966861e-05));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-3.6538027494362447e-05));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-1.4032896296295188e-06));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.00015104323296688811));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.00020635643377054066));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.00045434052737427713));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.0014568133389069365));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.0012713389344749736));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.008722653856750447));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.0080340150814395481));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.054220000991740028));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(0.16405128003343078));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.1660303976152912));
        p = TSimd.MultiplyAdd(p, t, TSimd.Constant(-0.092763826585745973));
        return TSimd.MultiplyAdd(p, t, TSimd.Constant(1.2769783815525286));
    }
}
