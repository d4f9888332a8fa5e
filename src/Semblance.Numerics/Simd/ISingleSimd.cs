namespace Semblance.Numerics.Simd;

/// <summary>
/// What a vector of floats can do beyond <see cref="ISimd{TVector, T}"/>, for kernels over memory of the managed heap: they go by
/// references, so that nothing has to be pinned, and read numbers stored in 16 bits.
/// </summary>
internal interface ISingleSimd<TVector> : ISimd<TVector, float>
    where TVector : struct
{
    static abstract TVector Load(ref float origin, nint i);

    static abstract void Store(TVector vector, ref float origin, nint i);

    /// <summary>
    /// IEEE half precision, without the conversion instructions that .NET 10 does not offer: the bits of exponent and fraction are moved to
    /// where float32 has them, and the exponent's other bias is made good by a factor of 2¹¹². Exact for every finite half, denormals included.
    /// </summary>
    static abstract TVector LoadHalves(ref Half origin, nint i);

    /// <summary>bfloat16: the upper half of a float32's bits.</summary>
    static abstract TVector LoadBFloat16(ref ushort origin, nint i);

    /// <summary>Lanes from <paramref name="first"/> on; those before it are zero.</summary>
    static abstract TVector KeepFrom(TVector vector, int first);

    /// <summary>Bit i is set where left ≤ right in lane i.</summary>
    static abstract uint BitsOfLessThanOrEqual(TVector left, TVector right);

    /// <summary>All butterflies between lanes of one vector, of distance 1, 2, … Count / 2: lane j becomes v[j ^ distance] ± v[j], the minus for the upper one.</summary>
    static abstract TVector Butterflies(TVector vector);
}
