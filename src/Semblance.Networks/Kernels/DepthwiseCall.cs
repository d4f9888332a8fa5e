namespace Semblance.Networks.Kernels;

/// <summary>
/// Some neighbouring columns in one row of a depthwise walk: each writes <c>f(Σ read · weight + bias)</c> over its taps, channel by channel.
/// Of a run's inputs only the first of the first column and the last of the last one may lie outside the picture.
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

    /// <summary>Runs of three taps, then those of two, then those of one.</summary>
    public DepthwiseRun* Runs;

    public int Threes;

    public int Twos;

    public int Ones;

    /// <summary>Pixel of the picture at which the first column stands.</summary>
    public int Column;

    /// <summary>Pixels from a column to the next.</summary>
    public int Stride;

    /// <summary>Pixels in a row of the picture.</summary>
    public int Size;

    /// <summary>Adds to what is there.</summary>
    public bool Accumulate;
}
