using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>One number for each window of a picture and each channel: [n, h, w, c] to [n, h', w', c].</summary>
public abstract class WindowPool : Layer
{
    private protected WindowPool(int kernel)
    {
        KernelHeight = KernelWidth = Positive(kernel);
        StrideHeight = StrideWidth = kernel;
    }

    public int KernelHeight
    {
        get;
        init => field = Positive(value);
    }

    public int KernelWidth
    {
        get;
        init => field = Positive(value);
    }

    /// <summary>Sets both strides; the kernel's size when not given.</summary>
    public int Stride
    {
        init => StrideHeight = StrideWidth = value;
    }

    public int StrideHeight
    {
        get;
        init => field = Positive(value);
    }

    public int StrideWidth
    {
        get;
        init => field = Positive(value);
    }

    /// <summary>Less than the kernel on every side, so that each window holds a pixel.</summary>
    public Padding Padding { get; init; }

    /// <summary>Whether a last window that hangs over the edge counts; it must begin inside, as in PyTorch.</summary>
    public bool CeilMode { get; init; }

    public sealed override bool IsCheap => true;

    public sealed override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != 4)
            throw Misfit(inputs, "it takes pictures, [batch, height, width, channels].");
        var padding = Sides;
        if (Math.Max(padding.Top, padding.Bottom) >= KernelHeight || Math.Max(padding.Left, padding.Right) >= KernelWidth)
            throw Misfit(inputs, $"a padding of {padding} leaves windows of {KernelHeight} × {KernelWidth} without a pixel.");
        var shape = inputs[0];
        var height = PoolingGeometry.Windows(shape[1], KernelHeight, StrideHeight, padding.Top, padding.Bottom, CeilMode);
        var width = PoolingGeometry.Windows(shape[2], KernelWidth, StrideWidth, padding.Left, padding.Right, CeilMode);
        if (height == 0 || width == 0)
            throw Misfit(inputs, $"the pictures are smaller than a window of {KernelHeight} × {KernelWidth}.");
        return [[shape[0], height, width, shape[3]]];
    }

    private protected PoolingGeometry Geometry(Shape input, Shape output)
        => new(input[1], input[2], KernelHeight, KernelWidth, StrideHeight, StrideWidth, Sides, output[1], output[2]);

    /// <summary>
    /// Attributes of an ONNX pooling. Overhanging windows become padding, because runtimes differ in what <c>ceil_mode</c> means.
    /// </summary>
    private protected (string Name, object Value)[] Attributes(OnnxExport export)
    {
        var (x, y, padding) = (export.InputShape(), export.OutputShape(), Sides);
        var bottom = Math.Max(0, ((y[1] - 1) * StrideHeight) + KernelHeight - x[1] - padding.Top);
        var right = Math.Max(0, ((y[2] - 1) * StrideWidth) + KernelWidth - x[2] - padding.Left);
        return
        [
            ("kernel_shape", new[] { KernelHeight, KernelWidth }),
            ("strides", new[] { StrideHeight, StrideWidth }),
            ("pads", new[] { padding.Top, padding.Left, bottom, right }),
        ];
    }

    private Padding Sides => Padding.For(KernelHeight, KernelWidth, 1, 1);

    private static int Positive(int value, [CallerMemberName] string name = "")
        => value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), $"{name} is {value}; give at least 1.");
}
