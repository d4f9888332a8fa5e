using System.Numerics;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Convolution as a product of matrices: what each output pixel reads is copied into a row (im2col), picture by picture and group by
/// group.
/// </summary>
internal static unsafe class ColumnConvolution
{
    /// <summary>Elements for the rows of a picture in one group: output pixels times taps times channels of a group.</summary>
    public static nint ScratchLength(in ConvolutionShape shape) => (nint)shape.OutputHeight * shape.OutputWidth * shape.Depth;

    /// <summary>y = x * w.</summary>
    public static void Forward<T>(LayerCall<T> call, in ConvolutionShape shape, T* x, T* w, T* y, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var pixels = (nint)shape.OutputHeight * shape.OutputWidth;
        for (var picture = 0; picture < shape.Batch; picture++)
        {
            for (var group = 0; group < shape.Groups; group++)
            {
                Gather(shape, x, picture, group, scratch);
                var target = y + picture * pixels * shape.OutputChannels + group * shape.GroupOutputChannels;
                MatrixKernels.Multiply(call, pixels, shape.GroupOutputChannels, shape.Depth, Strided<T>.RowMajor(scratch, shape.Depth), Weights(shape, w, group), target, shape.OutputChannels, accumulate: false);
            }
        }
    }

    /// <summary>dw = xᵀ * dy, or added to dw.</summary>
    public static void WeightGradient<T>(LayerCall<T> call, in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var pixels = (nint)shape.OutputHeight * shape.OutputWidth;
        for (var picture = 0; picture < shape.Batch; picture++)
        {
            for (var group = 0; group < shape.Groups; group++)
            {
                Gather(shape, x, picture, group, scratch);
                var gradient = new Strided<T>(dy + picture * pixels * shape.OutputChannels + group * shape.GroupOutputChannels, shape.OutputChannels, 1);
                MatrixKernels.Multiply(call, shape.Depth, shape.GroupOutputChannels, pixels, Strided<T>.RowMajor(scratch, shape.Depth).Transposed, gradient, dw + group * shape.GroupOutputChannels, shape.OutputChannels, accumulate || picture > 0);
            }
        }
    }

    /// <summary>dx = dy * wᵀ, or added to dx.</summary>
    public static void InputGradient<T>(LayerCall<T> call, in ConvolutionShape shape, T* dy, T* w, T* dx, bool accumulate, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!accumulate)
        {
            var length = (nint)shape.Height * shape.Width * shape.Channels;
            for (var picture = 0; picture < shape.Batch; picture++)
                new Span<T>(dx + picture * length, (int)length).Clear();
        }
        var pixels = (nint)shape.OutputHeight * shape.OutputWidth;
        for (var picture = 0; picture < shape.Batch; picture++)
        {
            for (var group = 0; group < shape.Groups; group++)
            {
                var gradient = new Strided<T>(dy + picture * pixels * shape.OutputChannels + group * shape.GroupOutputChannels, shape.OutputChannels, 1);
                MatrixKernels.Multiply(call, pixels, shape.Depth, shape.GroupOutputChannels, gradient, Weights(shape, w, group).Transposed, scratch, shape.Depth, accumulate: false);
                Scatter(shape, scratch, picture, group, dx);
            }
        }
    }

    private static Strided<T> Weights<T>(in ConvolutionShape shape, T* w, int group)
        where T : unmanaged
        => new(w + group * shape.GroupOutputChannels, shape.OutputChannels, 1);

    private static void Gather<T>(in ConvolutionShape shape, T* x, int picture, int group, T* rows)
        where T : unmanaged
    {
        var width = shape.GroupChannels;
        for (var oy = 0; oy < shape.OutputHeight; oy++)
        {
            for (var ox = 0; ox < shape.OutputWidth; ox++)
            {
                for (var ky = 0; ky < shape.KernelHeight; ky++)
                {
                    for (var kx = 0; kx < shape.KernelWidth; kx++, rows += width)
                    {
                        var source = At(shape, x, picture, group, oy, ox, ky, kx);
                        if (source == null)
                            new Span<T>(rows, width).Clear();
                        else
                            new Span<T>(source, width).CopyTo(new Span<T>(rows, width));
                    }
                }
            }
        }
    }

    private static void Scatter<T>(in ConvolutionShape shape, T* rows, int picture, int group, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var width = shape.GroupChannels;
        for (var oy = 0; oy < shape.OutputHeight; oy++)
        {
            for (var ox = 0; ox < shape.OutputWidth; ox++)
            {
                for (var ky = 0; ky < shape.KernelHeight; ky++)
                {
                    for (var kx = 0; kx < shape.KernelWidth; kx++, rows += width)
                    {
                        var target = At(shape, dx, picture, group, oy, ox, ky, kx);
                        for (var i = 0; i < width && target != null; i++)
                            target[i] += rows[i];
                    }
                }
            }
        }
    }

    /// <summary>The channels of a group in the pixel that an output reads with one tap; null outside the picture.</summary>
    private static T* At<T>(in ConvolutionShape shape, T* pictures, int picture, int group, int oy, int ox, int ky, int kx)
        where T : unmanaged
    {
        var (y, x) = (oy * shape.StrideY + ky * shape.DilationY - shape.PadTop, ox * shape.StrideX + kx * shape.DilationX - shape.PadLeft);
        return y < 0 || y >= shape.Height || x < 0 || x >= shape.Width
            ? null
            : pictures + (((nint)picture * shape.Height + y) * shape.Width + x) * shape.Channels + group * shape.GroupChannels;
    }
}
