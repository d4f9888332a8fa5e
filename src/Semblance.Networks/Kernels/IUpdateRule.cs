using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>What one step does to a value, given its gradient and up to three numbers that are remembered for it.</summary>
internal interface IUpdateRule
{
    /// <summary>How many of the three are used; the others are neither read nor written.</summary>
    static abstract int States { get; }

    void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct;
}
