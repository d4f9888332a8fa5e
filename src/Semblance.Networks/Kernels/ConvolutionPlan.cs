using System.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>How a convolution of one geometry is computed: channel by channel, by minimal filtering, or as a product of matrices. Holds no data.</summary>
internal sealed unsafe class ConvolutionPlan
{
    private readonly DepthwiseConvolution? _depthwise;
    private readonly WinogradConvolution? _winograd;
    private readonly DenseConvolution? _dense;

    public ConvolutionPlan(in ConvolutionShape shape)
    {
        Shape = shape;
        if (DepthwiseConvolution.Fits(shape))
            _depthwise = new DepthwiseConvolution(shape);
        else if (WinogradConvolution.Choose(shape) is { } winograd)
            _winograd = winograd;
        else
            _dense = new DenseConvolution(shape);
    }

    public ConvolutionShape Shape { get; }

    /// <summary>Which of the ways was chosen, for people.</summary>
    public string Algorithm => _depthwise is not null ? "depthwise" : _winograd is not null ? "Winograd" : "dense";

    /// <summary>Elements of scratch memory for <see cref="Forward"/>.</summary>
    public nint ForwardScratch(int threads)
        => _depthwise is not null ? 0 : _winograd?.ForwardScratch(threads) ?? _dense!.ForwardScratch(threads);

    /// <summary>Elements of scratch memory for each of the gradients.</summary>
    public nint BackwardScratch(int threads)
    {
        if (_depthwise is not null)
            return _depthwise.WeightGradientScratch;
        return _winograd is not null
            ? Math.Max(_winograd.InputGradientScratch(threads), _winograd.WeightGradientScratch)
            : Math.Max(_dense!.InputGradientScratch(threads), _dense.WeightGradientScratch(threads));
    }

    /// <summary>y = f(x ∗ w + bias).</summary>
    /// <param name="bias">One a filter, or null.</param>
    public void Forward<T>(LayerCall<T> call, T* x, T* w, T* bias, Activation activation, T* y, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ActivationFunctions.Run(activation, new ForwardAction<T>(this, call, x, w, bias, y, scratch));

    /// <summary>dx = the gradient of the input, or added to it.</summary>
    public void InputGradient<T>(LayerCall<T> call, T* dy, T* w, T* dx, bool accumulate, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_depthwise is not null)
            _depthwise.InputGradient(dy, w, dx, accumulate, call.Simd, call.Team);
        else if (_winograd is not null)
            _winograd.InputGradient(dy, w, dx, accumulate, call.Simd, call.Team, scratch);
        else
            _dense!.InputGradient(dy, w, dx, accumulate, call.Simd, call.Team, scratch);
    }

    /// <summary>dw = the gradient of the weights, or added to it.</summary>
    public void WeightGradient<T>(LayerCall<T> call, T* x, T* dy, T* dw, bool accumulate, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_depthwise is not null)
            _depthwise.WeightGradient(x, dy, dw, accumulate, call.Simd, call.Team, scratch);
        else if (_winograd is not null)
            _winograd.WeightGradient(x, dy, dw, accumulate, call.Simd, call.Team, scratch);
        else
            _dense!.WeightGradient(x, dy, dw, accumulate, call.Simd, call.Team, scratch);
    }

    private readonly struct ForwardAction<T>(ConvolutionPlan plan, LayerCall<T> call, T* x, T* w, T* bias, T* y, T* scratch) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
        {
            if (plan._depthwise is not null)
                plan._depthwise.Forward(x, w, bias, function, y, call.Simd, call.Team);
            else if (plan._winograd is not null)
                plan._winograd.Forward(x, w, bias, function, y, call.Simd, call.Team, scratch);
            else
                plan._dense!.Forward(x, w, y, new BiasActivation<T, TActivation>(bias, function), call.Simd, call.Team, scratch);
        }
    }
}
