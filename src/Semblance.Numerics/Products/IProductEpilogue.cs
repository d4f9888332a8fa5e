using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>What is done to each stretch of a result's row as soon as it is complete, while it is in the first-level cache.</summary>
internal unsafe interface IProductEpilogue<T>
    where T : unmanaged
{
    /// <summary>Whether there is nothing to do.</summary>
    bool IsNone { get; }

    /// <summary>Changes the <paramref name="width"/> elements at <paramref name="target"/>, which are columns from <paramref name="column"/> on.</summary>
    void Apply<TSimd, TVector>(T* target, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}
