using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Activations;

/// <summary>No activation.</summary>
internal readonly struct IdentityFunction : IActivation
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => gradient;
}
