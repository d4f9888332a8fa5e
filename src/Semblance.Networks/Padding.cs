namespace Semblance.Networks;

/// <summary>Pixels of zeros around a picture.</summary>
public readonly record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The same on all four sides.</summary>
    public Padding(int all)
        : this(all, all, all, all)
    {
    }

    /// <summary>
    /// As much as keeps a picture's size at stride 1: <c>dilation · (kernel − 1)</c> in all, half of it on each side, the odd one at the
    /// bottom and right. For odd kernels that is PyTorch's <c>kernel // 2</c>.
    /// </summary>
    public static Padding Same { get; } = new() { IsSame = true };

    public static Padding None => default;

    /// <summary>Whether the sides depend on the kernel: <see cref="Same"/>.</summary>
    public bool IsSame { get; private init; }

    /// <summary>The padding in pixels for a kernel.</summary>
    internal Padding For(int kernelHeight, int kernelWidth, int dilationHeight, int dilationWidth)
    {
        if (!IsSame)
            return this;
        var (rows, columns) = (dilationHeight * (kernelHeight - 1), dilationWidth * (kernelWidth - 1));
        return new Padding(rows / 2, columns / 2, rows - (rows / 2), columns - (columns / 2));
    }
}
