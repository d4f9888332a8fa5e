namespace Semblance.Networks.Kernels;

/// <summary>
/// One axis of a walk over a picture: grid point i reads at <c>i · Stride + Offset(t)</c> for each tap t. Taps are in ascending
/// order of their offsets; offsets may be negative and reads may fall outside, where a picture is zero.
/// </summary>
/// <param name="Size">Pixels of the picture that is read.</param>
/// <param name="Grid">Grid points.</param>
/// <param name="Stride">Pixels between grid points.</param>
/// <param name="Offsets">One per tap.</param>
/// <param name="Taps">Which weight each tap takes.</param>
internal sealed record TapAxis(int Size, int Grid, int Stride, int[] Offsets, int[] Taps)
{
    public int Count => Offsets.Length;

    public int First => Count == 0 ? 0 : Offsets[0];

    /// <summary>Pixels from the first tap to the last.</summary>
    public int Reach => Count == 0 ? 1 : Offsets[^1] - Offsets[0] + 1;

    /// <summary>Whether every read is inside the picture.</summary>
    public bool IsInside => Grid == 0 || Count == 0 || (First >= 0 && ((Grid - 1) * Stride) + First + Reach <= Size);

    /// <summary>Whether the taps stand side by side.</summary>
    public bool IsDense => Reach == Count;

    /// <summary>Whether all neighbouring taps are as far apart.</summary>
    public bool IsEven => Count < 3 || Reach - 1 == (Count - 1) * (Offsets[1] - Offsets[0]);

    /// <summary>Pixels that <paramref name="points"/> grid points in a row read from first to last.</summary>
    public int Extent(int points) => ((points - 1) * Stride) + Reach;

    /// <summary>Grid points [First, End) of which no tap leaves the picture.</summary>
    public (int First, int End) InsideGrid
    {
        get
        {
            if (Count == 0)
                return (0, Grid);
            var first = Math.Min(Grid, First >= 0 ? 0 : (-First + Stride - 1) / Stride);
            var room = Size - 1 - Offsets[^1];
            return (first, Math.Clamp(room < 0 ? 0 : (room / Stride) + 1, first, Grid));
        }
    }

    /// <summary>
    /// Grid points [First, End) whose neighbours one further in read nothing beyond that side of the picture: of taps a stride apart
    /// only the outermost can lie outside.
    /// </summary>
    public (int First, int End) AlmostInsideGrid
    {
        get
        {
            if (Count == 0)
                return (0, Grid);
            var first = Math.Clamp(First >= 0 ? 0 : ((-First + Stride - 1) / Stride) - 1, 0, Grid);
            var room = Size - 1 - Offsets[^1];
            return (first, Math.Clamp(room < 0 ? 1 - ((-room + Stride - 1) / Stride) : (room / Stride) + 2, first, Grid));
        }
    }

    /// <summary>Taps [First, End) of a grid point that read inside the picture.</summary>
    public (int First, int End) TapsInside(int point)
    {
        var (first, end) = (0, Count);
        while (first < end && (point * Stride) + Offsets[first] < 0)
            first++;
        while (end > first && (point * Stride) + Offsets[end - 1] >= Size)
            end--;
        return (first, end);
    }

    /// <summary>Grid points [First, End) for which one tap reads inside the picture.</summary>
    public (int First, int End) GridInside(int tap) => (this with { Offsets = [Offsets[tap]], Taps = [Taps[tap]] }).InsideGrid;

    /// <summary>The outputs of a convolution read its input.</summary>
    public static TapAxis Forward(int size, int grid, int kernel, int stride, int dilation, int pad)
        => new(size, grid, stride, [.. Enumerable.Range(0, kernel).Select(tap => (tap * dilation) - pad)], [.. Enumerable.Range(0, kernel)]);

    /// <summary>
    /// The inputs <paramref name="phase"/>, phase + stride, … read the gradient of the output: of the output points o with
    /// <c>o · stride + tap · dilation − pad = input</c>, which for one phase are the same taps at the same offsets everywhere.
    /// </summary>
    /// <param name="size">Size of the output.</param>
    /// <param name="inputs">Size of the input.</param>
    public static TapAxis Backward(int size, int inputs, int kernel, int stride, int dilation, int pad, int phase)
    {
        var taps = Enumerable.Range(0, kernel).Reverse().Where(tap => (phase + pad - (tap * dilation)) % stride == 0).ToArray();
        return new(size, Math.Max(0, (inputs - phase + stride - 1) / stride), 1, [.. taps.Select(tap => (phase + pad - (tap * dilation)) / stride)], taps);
    }
}
