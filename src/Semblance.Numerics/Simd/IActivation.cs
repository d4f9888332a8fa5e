namespace Semblance.Numerics.Simd;

/// <summary>
/// A function of one number and its derivative, for whoever passes over values anyway: the store of a product, a normalisation,
/// an elementwise layer. A struct, so that its parameters (a slope, a limit) travel with it and its members are inlined.
/// </summary>
internal interface IActivation<T>
    where T : unmanaged
{
    /// <summary>Whether <see cref="Backward"/> is to be given the input x; otherwise it is given the output y.</summary>
    static abstract bool KeepsInput { get; }

    TVector Forward<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    /// <summary>The gradient at x, from the gradient at y and what was kept.</summary>
    TVector Backward<TSimd, TVector>(TVector kept, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}
