using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The one-dimensional transforms of a minimal convolution F(m, 3): y = Aᵀ[(G g) ⊙ (Bᵀ d)] makes m outputs from m + 2 inputs d and 3
/// weights g with m + 2 products (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016). Two dimensions nest it.
/// The gradient of the weights is its adjoint, Gᵀ[(A dy) ⊙ (Bᵀ d)].
/// </summary>
/// <remarks>Each method works on a vector of channels; elements of one vector lie <c>step</c> elements apart.</remarks>
internal unsafe interface IWinogradTransform
{
    /// <summary>m: outputs along one axis of a tile.</summary>
    static abstract int Tile { get; }

    /// <summary>m + 2: inputs along one axis of a tile.</summary>
    static abstract int Side { get; }

    /// <summary>Bᵀ d.</summary>
    static abstract void Input<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>Bᵀ d, each element of d from a pixel of its own: <c>pixels[i · pixelStep][channel]</c>.</summary>
    static abstract void InputFrom<TSimd, TVector, T>(T** pixels, int pixelStep, nint channel, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>Aᵀ z in registers; those beyond <see cref="Tile"/> are zero.</summary>
    static abstract void OutputOf<TSimd, TVector, T>(T* source, nint sourceStep, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>Aᵀ z: <see cref="Side"/> sums to <see cref="Tile"/> outputs.</summary>
    static abstract void Output<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>A dy: <see cref="Tile"/> gradients to <see cref="Side"/> values.</summary>
    static abstract void OutputGradient<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>G g: three weights to <see cref="Side"/> values.</summary>
    static abstract void Weights<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    /// <summary>Gᵀ z: <see cref="Side"/> sums to three weights.</summary>
    static abstract void WeightGradient<TSimd, TVector, T>(T* source, nint sourceStep, T* target, nint step)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;
}
