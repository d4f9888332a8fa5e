namespace Semblance.Networks.Kernels;

/// <summary>What a backward pass of a normalisation reads and writes; null where there is nothing.</summary>
internal readonly unsafe struct BatchNormTensors<T>
    where T : unmanaged
{
    public T* X { get; init; }

    public T* Residual { get; init; }

    /// <summary>The output, where the activation's derivative is taken from it.</summary>
    public T* Z { get; init; }

    /// <summary>Scale by inverse deviation: a row as wide as <see cref="ChannelRows.Width"/>.</summary>
    public T* A { get; init; }

    /// <summary>Shift − mean · a.</summary>
    public T* B { get; init; }

    public T* Dy { get; init; }

    /// <summary>May be <see cref="Dy"/>.</summary>
    public T* Dx { get; init; }

    public T* ResidualGradient { get; init; }

    public bool Accumulates { get; init; }

    public bool AccumulatesResidual { get; init; }
}
