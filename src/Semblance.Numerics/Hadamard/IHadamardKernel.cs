namespace Semblance.Numerics.Hadamard;

/// <summary>
/// One instruction set's loops of a <see cref="RandomRotation"/>. Each element of a result is the same sum of the same two
/// operands in every one of them, so all instruction sets give the same bits.
/// </summary>
internal interface IHadamardKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    /// <summary><paramref name="x"/>ᵢ becomes xᵢ · <paramref name="factors"/>ᵢ.</summary>
    void Scale(ref float x, ref float factors, int length);

    /// <summary>
    /// The Walsh–Hadamard transform in place, unscaled: lengths grow by √<paramref name="length"/>, which is a power of two.
    /// O(length · log length) additions.
    /// </summary>
    void Transform(ref float x, int length);

    /// <summary>(aᵢ, bᵢ) becomes (aᵢ + bᵢ, aᵢ − bᵢ) / √2: a Givens reflection of each pair, its own inverse.</summary>
    void MixPairs(ref float a, ref float b, int length);
}
