using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>How a convolution of one geometry is computed: channel by channel, by minimal filtering, or as a product of matrices. Holds no data.</summary>
internal sealed unsafe class ConvolutionPlan
{
    private readonly DepthwiseConvolution? _depthwise;
    private readonly WinogradConvolution? _winograd;
    private readonly DenseConvolution? _dense;

    /// <param name="fixedWeights">Whether weights are packed once for many passes.</param>
    public ConvolutionPlan(in ConvolutionShape shape, bool fixedWeights)
    {
        Shape = shape;
        FixedWeights = fixedWeights;
        if (DepthwiseConvolution.Fits(shape))
            _depthwise = new DepthwiseConvolution(shape);
        else if (WinogradConvolution.Choose(shape, fixedWeights) is { } winograd)
            _winograd = winograd;
        else
            _dense = new DenseConvolution(shape);
    }

    public ConvolutionShape Shape { get; }

    public bool FixedWeights { get; }

    /// <summary>Which of the ways was chosen, for people.</summary>
    public string Algorithm => _depthwise is not null ? "depthwise" : _winograd is null ? "dense" : _winograd.IsSmall ? "Winograd 2×2" : "Winograd 4×4";

    /// <summary>Elements of packed weights; 0 where the weights serve as they are.</summary>
    public nint PackedLength(int vector)
        => !FixedWeights || _depthwise is not null ? 0 : _winograd?.PackedLength(vector) ?? _dense!.PackedLength(vector);

    /// <summary>Elements of scratch memory for <see cref="Forward"/>.</summary>
    public nint ForwardScratch(int threads)
        => _depthwise is not null ? 0 : _winograd?.ForwardScratch(threads, FixedWeights) ?? _dense!.ForwardScratch(threads);

    /// <summary>Elements of scratch memory for each of the gradients.</summary>
    public nint BackwardScratch(int threads)
    {
        if (_depthwise is not null)
            return _depthwise.WeightGradientScratch;
        return _winograd is not null
            ? Math.Max(_winograd.InputGradientScratch(threads), _winograd.WeightGradientScratch)
            : Math.Max(_dense!.InputGradientScratch(threads), _dense.WeightGradientScratch(threads));
    }

    /// <summary>Packs weights as <see cref="Forward"/> reads them.</summary>
    /// <param name="packed">Written: <see cref="PackedLength"/> elements.</param>
    public void Pack<T>(T* w, SimdWidth<T> simd, WorkerTeam team, T* packed)
        where T : unmanaged
    {
        if (_winograd is not null)
            _winograd.Pack(w, simd, team, packed);
        else
            _dense!.Pack(w, simd, team, packed);
    }

    /// <summary>y = f(x ∗ w + bias + shortcut).</summary>
    /// <param name="bias">One a filter, or null.</param>
    /// <param name="shortcut">Of the output's shape, or null.</param>
    public void Forward<T>(LayerCall<T> call, T* x, T* w, T* bias, T* shortcut, Activation activation, T* y, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ActivationFunctions.Run(activation, new ForwardAction<T>(this, call, x, w, bias, shortcut, y, scratch));

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

    private readonly struct ForwardAction<T>(ConvolutionPlan plan, LayerCall<T> call, T* x, T* w, T* bias, T* shortcut, T* y, T* scratch) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
        {
            if (plan._depthwise is not null)
                plan._depthwise.Forward(x, w, bias, function, y, call.Simd, call.Team);
            else if (plan._winograd is not null)
                plan._winograd.Forward(x, w, bias, function, y, call.Simd, call.Team, scratch, shortcut, call.Packed);
            else
                plan._dense!.Forward(x, w, y, new BiasActivation<T, TActivation>(bias, function, y, shortcut), call.Simd, call.Team, scratch, call.Packed);
        }
    }
}
