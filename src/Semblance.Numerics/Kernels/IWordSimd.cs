namespace Semblance.Numerics.Kernels;

/// <summary>
/// What a vector of 64-bit words must do for <see cref="WidePopulationCount{TSimd, TWords}"/>, by the instructions of one width. Every member is
/// inlined.
/// </summary>
/// <typeparam name="TWords">A hardware vector of words.</typeparam>
internal interface IWordSimd<TWords>
    where TWords : struct
{
    /// <summary>Words in a vector.</summary>
    static abstract int Count { get; }

    static abstract TWords Load(ref ulong origin, nint i);

    static abstract TWords Create(ulong word);

    /// <summary>Two words again and again.</summary>
    static abstract TWords CreateTwo(ref ulong words);

    /// <summary>Four words, again where there is room.</summary>
    static abstract TWords CreateFour(ref ulong words);

    static abstract TWords Add(TWords left, TWords right);

    /// <summary>Bits that differ, counted in each word.</summary>
    static abstract TWords Differing(TWords left, TWords right);

    /// <summary>[l₀ + l₁, l₂ + l₃, …, r₀ + r₁, r₂ + r₃, …].</summary>
    static abstract TWords AddPairs(TWords left, TWords right);

    static abstract ulong Sum(TWords words);

    /// <summary>Writes the words, which are small, as 32-bit numbers.</summary>
    static abstract void Store(TWords words, ref int target);
}
