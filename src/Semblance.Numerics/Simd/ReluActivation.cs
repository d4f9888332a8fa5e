using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Simd;

/// <summary>y = max(x, 0).</summary>
internal readonly struct ReluActivation<T> : IActivation<T>
    where T : unmanaged
{
    public static bool KeepsInput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => TSimd.Max(x, TSimd.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector>(TVector kept, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => TSimd.And(TSimd.GreaterThan(kept, TSimd.Zero), gradient);
}
