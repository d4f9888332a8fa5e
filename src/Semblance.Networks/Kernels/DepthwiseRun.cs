namespace Semblance.Networks.Kernels;

/// <summary>
/// Up to three taps of one row of a kernel that lie as far apart as neighbouring columns, so that columns share what they read:
/// column i's tap k reads input i + k of the run.
/// </summary>
internal struct DepthwiseRun
{
    public const int MostTaps = 3;

    /// <summary>Elements from what a column reads with an offset of 0 to the first tap.</summary>
    public nint Offset;

    /// <summary>Elements to the weights of the first tap.</summary>
    public nint Weights;

    /// <summary>Elements from the weights of a tap to those of the next.</summary>
    public nint WeightStep;

    /// <summary>Pixels from a column to its first tap.</summary>
    public int First;

    /// <summary>Pixels from a column to its last tap.</summary>
    public int Last;
}
