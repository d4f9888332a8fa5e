namespace Semblance.Networks.Kernels;

/// <summary>
/// The geometry of a two-dimensional convolution of pictures [batch, height, width, channels] with weights
/// [kernelHeight, kernelWidth, channels / groups, outputChannels].
/// </summary>
internal readonly record struct ConvolutionShape
{
    public required int Batch { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Channels { get; init; }

    public required int OutputChannels { get; init; }

    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }

    public int PadBottom { get; init; }

    public int PadRight { get; init; }

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int Groups { get; init; } = 1;

    public ConvolutionShape()
    {
    }

    public int OutputHeight => OutputSize(Height, PadTop, PadBottom, KernelHeight, StrideY, DilationY);

    public int OutputWidth => OutputSize(Width, PadLeft, PadRight, KernelWidth, StrideX, DilationX);

    public int GroupChannels => Channels / Groups;

    public int GroupOutputChannels => OutputChannels / Groups;

    /// <summary>Rows of the weights as a matrix with a column per output channel: taps times channels of a group.</summary>
    public int Depth => KernelHeight * KernelWidth * GroupChannels;

    public nint WeightLength => (nint)Depth * OutputChannels;

    public nint InputLength => (nint)Batch * Height * Width * Channels;

    public nint OutputLength => (nint)Batch * OutputHeight * OutputWidth * OutputChannels;

    /// <summary>Whether it is a product of matrices: each pixel by itself.</summary>
    public bool IsPointwise => KernelHeight == 1 && KernelWidth == 1 && StrideY == 1 && StrideX == 1 && Groups == 1
        && PadTop == 0 && PadLeft == 0 && PadBottom == 0 && PadRight == 0;

    private static int OutputSize(int size, int before, int after, int kernel, int stride, int dilation)
    {
        // Division would round a lack of up to a stride towards one position.
        var room = size + before + after - (dilation * (kernel - 1)) - 1;
        return room < 0 ? 0 : (room / stride) + 1;
    }
}
