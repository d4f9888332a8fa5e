using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The convolution of each channel with a kernel of its own, [kh, kw, channels], and its gradients: bound by memory, so each is one
/// pass over the pictures.
/// </summary>
/// <remarks>Results depend on the shape and the vector width, not on the threads.</remarks>
internal sealed unsafe class DepthwiseConvolution
{
    private readonly DepthwiseWalk _forward;
    private readonly DepthwiseWalk[] _backward;
    private readonly DepthwiseWeightGradient _weights;

    public DepthwiseConvolution(in ConvolutionShape shape)
    {
        var rows = TapAxis.Forward(shape.Height, shape.OutputHeight, shape.KernelHeight, shape.StrideY, shape.DilationY, shape.PadTop);
        var columns = TapAxis.Forward(shape.Width, shape.OutputWidth, shape.KernelWidth, shape.StrideX, shape.DilationX, shape.PadLeft);
        var outputRow = (nint)shape.OutputWidth * shape.Channels;
        _forward = new DepthwiseWalk(shape.Batch, shape.Channels, rows, columns, new GridPlace(0, shape.OutputHeight * outputRow, outputRow, shape.Channels), shape.KernelWidth);
        _weights = new DepthwiseWeightGradient(shape.Batch, shape.Channels, rows, columns);
        // Input pixels of one phase of the stride read the same taps of the gradient: each phase is a walk.
        var inputRow = (nint)shape.Width * shape.Channels;
        var backward = new List<DepthwiseWalk>();
        for (var y = 0; y < Math.Min(shape.StrideY, shape.Height); y++)
        {
            for (var x = 0; x < Math.Min(shape.StrideX, shape.Width); x++)
            {
                backward.Add(new DepthwiseWalk(
                    shape.Batch,
                    shape.Channels,
                    TapAxis.Backward(shape.OutputHeight, shape.Height, shape.KernelHeight, shape.StrideY, shape.DilationY, shape.PadTop, y),
                    TapAxis.Backward(shape.OutputWidth, shape.Width, shape.KernelWidth, shape.StrideX, shape.DilationX, shape.PadLeft, x),
                    new GridPlace((y * inputRow) + ((nint)x * shape.Channels), shape.Height * inputRow, shape.StrideY * inputRow, (nint)shape.StrideX * shape.Channels),
                    shape.KernelWidth));
            }
        }
        _backward = [.. backward];
    }

    /// <summary>Whether a convolution is one of these.</summary>
    public static bool Fits(in ConvolutionShape shape) => shape.Groups == shape.Channels && shape.OutputChannels == shape.Channels;

    /// <summary>Elements of scratch memory for <see cref="WeightGradient"/>; the others need none.</summary>
    public nint WeightGradientScratch => _weights.ScratchLength;

    /// <summary>y = f(x ∗ w + bias).</summary>
    /// <param name="bias">One a channel, or null.</param>
    public void Forward<T, TActivation>(T* x, T* w, T* bias, TActivation function, T* y, SimdWidth<T> simd, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
        => _forward.Run(x, w, bias, function, y, accumulate: false, simd, team);

    /// <summary>dx = the gradient of the input, or added to it.</summary>
    public void InputGradient<T>(T* dy, T* w, T* dx, bool accumulate, SimdWidth<T> simd, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var walk in _backward)
            walk.Run(dy, w, null, default(IdentityFunction), dx, accumulate, simd, team);
    }

    /// <summary>dw = the gradient of the weights, or added to it.</summary>
    public void WeightGradient<T>(T* x, T* dy, T* dw, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => _weights.Run(x, dy, dw, accumulate, simd, team, scratch);
}
