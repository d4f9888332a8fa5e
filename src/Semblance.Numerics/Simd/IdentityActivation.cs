using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Simd;

/// <summary>y = x.</summary>
internal readonly struct IdentityActivation<T> : IActivation<T>
    where T : unmanaged
{
    public static bool KeepsInput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector>(TVector kept, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        => gradient;
}
