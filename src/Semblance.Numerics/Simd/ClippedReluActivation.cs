using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Simd;

/// <summary>y = min(max(x, 0), limit); with a limit of 6 it is ReLU6.</summary>
internal readonly struct ClippedReluActivation<T>(T limit) : IActivation<T>
    where T : unmanaged
{
    public static bool KeepsInput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => TSimd.Min(TSimd.Max(x, TSimd.Zero), TSimd.Create(limit));

    // Two comparisons: one of |y − limit/2| with limit/2 would lose tiny positives to rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector>(TVector kept, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => TSimd.And(TSimd.And(TSimd.GreaterThan(kept, TSimd.Zero), TSimd.LessThan(kept, TSimd.Create(limit))), gradient);
}
