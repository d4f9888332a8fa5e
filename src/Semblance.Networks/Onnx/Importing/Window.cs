namespace Semblance.Networks.Onnx.Importing;

/// <summary>The window of a convolution or pooling over pictures that lie channels-last.</summary>
internal readonly record struct Window(int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int DilationHeight, int DilationWidth, Padding Padding)
{
    /// <param name="input">For paddings that depend on the picture's size; they are fixed for this one.</param>
    /// <param name="kernel">Height and width; null takes the attribute.</param>
    public static Window Of(FileNode node, FileTensor input, int[]? kernel = null)
    {
        kernel = node.Integers("kernel_shape") ?? kernel ?? throw node.Fault("has no kernel_shape; the file is damaged.");
        if (input.Rank != 4 || kernel.Length != 2)
            throw node.Unsupported($"a window of {kernel.Length} axes over an input of {input.Rank}", "pictures with four are needed");
        var strides = Pair(node, "strides");
        var (dilationHeight, dilationWidth) = Dilations(node);
        if (kernel.Concat([strides.Y, strides.X, dilationHeight, dilationWidth]).Any(size => size is < 1 or > 1 << 16))
            throw node.Fault("has a kernel, stride or dilation out of all bounds; the file is damaged.");
        var pads = node.Integers("pads") ?? [0, 0, 0, 0];
        if (pads.Length != 4 || pads.Any(pad => pad is < 0 or > 1 << 16))
            throw node.Unsupported($"a padding of [{string.Join(", ", pads)}]");
        var rule = node.Text("auto_pad", "NOTSET");
        var padding = rule switch
        {
            "NOTSET" or "" => new Padding(pads[0], pads[1], pads[2], pads[3]),
            "VALID" => Padding.None,
            "SAME_UPPER" or "SAME_LOWER" => Same(input, kernel, strides, (dilationHeight, dilationWidth), rule == "SAME_UPPER"),
            _ => throw node.Unsupported($"the auto_pad '{rule}'"),
        };
        return new Window(kernel[0], kernel[1], strides.Y, strides.X, dilationHeight, dilationWidth, padding);
    }

    public static (int Height, int Width) Dilations(FileNode node) => Pair(node, "dilations");

    private static (int Y, int X) Pair(FileNode node, string attribute) => node.Integers(attribute) switch
    {
        null => (1, 1),
        [var y, var x] => (y, x),
        var values => throw node.Unsupported($"{attribute} of {values.Length} axes"),
    };

    // As many windows as the size divided by the stride, rounded up; an odd pixel of padding goes behind (UPPER) or in front.
    private static Padding Same(FileTensor input, int[] kernel, (int Y, int X) strides, (int Y, int X) dilations, bool upper)
    {
        var (top, bottom) = Along(input.Sizes[1], kernel[0], strides.Y, dilations.Y, upper);
        var (left, right) = Along(input.Sizes[2], kernel[1], strides.X, dilations.X, upper);
        return new Padding(top, left, bottom, right);
    }

    private static (int Before, int After) Along(int size, int kernel, int stride, int dilation, bool upper)
    {
        var windows = ((size - 1) / stride) + 1;
        var total = (int)Math.Max(((long)(windows - 1) * stride) + ((long)(kernel - 1) * dilation) + 1 - size, 0);
        return upper ? (total / 2, total - (total / 2)) : (total - (total / 2), total / 2);
    }
}
