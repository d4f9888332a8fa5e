namespace Semblance.Networks.Kernels;

/// <summary>
/// Some columns of one row of a depthwise walk: <c>write[c] = f(Σ read[offset(t) + c] · weights[weight(t) + c] + bias[c])</c> over
/// taps t, for each column.
/// </summary>
internal unsafe struct DepthwiseCall<T>
    where T : unmanaged
{
    /// <summary>What the first column reads with an offset of 0.</summary>
    public T* Read;

    /// <summary>Where the first column writes.</summary>
    public T* Write;

    public T* Weights;

    /// <summary>One a channel, or null.</summary>
    public T* Bias;

    /// <summary>Elements from what a column reads to what the next one reads.</summary>
    public nint ReadStep;

    public nint WriteStep;

    public int Channels;

    /// <summary>Elements from what a column reads to each of its taps, row by row of the kernel.</summary>
    public nint* Offsets;

    /// <summary>Elements to the weights of each tap.</summary>
    public nint* WeightOffsets;

    public int Taps;

    /// <summary>Adds to what is there.</summary>
    public bool Accumulate;
}
