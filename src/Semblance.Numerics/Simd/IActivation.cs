namespace Semblance.Numerics.Simd;

/// <summary>
/// An element-wise function with its derivative, as a struct that kernels take as a type argument: the same few lines serve a layer of
/// its own, the end of a matrix product, and a normalisation.
/// </summary>
internal interface IActivation
{
    /// <summary>Whether <see cref="Backward"/> works from the function's result (which overwrites its argument) or from its argument.</summary>
    static abstract bool DerivativeFromOutput { get; }

    TVector Forward<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>The gradient of the argument.</summary>
    /// <param name="known">The result or the argument, as <see cref="DerivativeFromOutput"/> says.</param>
    TVector Backward<TSimd, TVector, T>(TVector known, TVector gradient)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;
}
