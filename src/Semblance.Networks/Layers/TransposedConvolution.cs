using System.Globalization;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Transposed convolution: what a convolution's gradient does to its input, [batch, height, width, channels] to pictures
/// <see cref="Stride"/> times as large with <see cref="Filters"/> channels. Weights are
/// [kernelHeight, kernelWidth, filters / groups, channels].
/// </summary>
public sealed unsafe class TransposedConvolution : Layer
{
    /// <summary>How the geometry seen last is computed: it holds no data, so runs may share it.</summary>
    private ConvolutionPlan? _plan;

    /// <param name="filters">Channels of the output.</param>
    /// <param name="kernel">Height and width of the kernel in pixels.</param>
    public TransposedConvolution(int filters, int kernel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(filters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel);
        Filters = filters;
        Kernel = kernel;
    }

    public int Filters { get; }

    public int Kernel { get; }

    /// <summary>Output pixels from the reach of one input to that of the next.</summary>
    public int Stride { get; init => field = AtLeastOne(value); } = 1;

    /// <summary>
    /// Pixels cut off the output; <see cref="Networks.Padding.Same"/> cuts so much that the output is exactly <see cref="Stride"/>
    /// times the input, the odd pixel at the top and left.
    /// </summary>
    public Padding Padding { get; init; } = Padding.Same;

    /// <summary>Rows and columns added at the bottom and right of the output, less than the stride; for paddings in pixels.</summary>
    public int OutputPadding { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value.ToString(CultureInfo.InvariantCulture), "Give 0 or more."); }

    /// <summary>Pixels from one tap of the kernel to the next.</summary>
    public int Dilation { get; init => field = AtLeastOne(value); } = 1;

    public int Groups { get; init => field = AtLeastOne(value); } = 1;

    /// <summary>Whether a constant is added to each filter.</summary>
    public bool Bias { get; init; }

    /// <summary>Applied behind the bias.</summary>
    public Activation Activation { get; init; }

    // Only the gradient of the weights looks at it.
    public override bool KeepsInput(int index) => Parameters[0].Trainable;

    public override bool KeepsOutput(int index) => Activation != Activation.None && ActivationFunctions.DerivativeFromOutput(Activation);

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != 4)
            throw Misfit(inputs, "it takes one batch of pictures, [batch, height, width, channels].");
        var channels = inputs[0].Channels;
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw Misfit(inputs, $"{Groups} groups must divide both the {channels} channels and the {Filters} filters.");
        if (Parameters.Count > 0 && channels != Parameters[0].Shape[3])
            throw Misfit(inputs, $"its weights {Parameters[0].Shape} are for {Parameters[0].Shape[3]} channels.");
        if (!Padding.IsSame && OutputPadding >= Stride)
            throw Misfit(inputs, $"an output padding of {OutputPadding} must be less than the stride of {Stride}.");
        var shape = Geometry(inputs[0]);
        if (shape.Height < 1 || shape.Width < 1)
            throw Misfit(inputs, $"a padding of {shape.PadTop}+{shape.PadBottom} by {shape.PadLeft}+{shape.PadRight} cuts off the whole output; give less padding.");
        return [new Shape(shape.Batch, shape.Height, shape.Width, Filters)];
    }

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var plan = Plan(shapes.Inputs[0]);
        var (input, output) = (shapes.Inputs[0].Length, shapes.Outputs[0].Length);
        var (spread, gather) = (plan.BackwardScratch(shapes.Threads), plan.ForwardScratch(shapes.Threads));
        return new LayerMemory(
            SavesArgument && shapes.Training ? output : 0,
            spread,
            Math.Max(spread, gather + input) + (Activation == Activation.None ? 0 : output));
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var argument = SavesArgument && call.Training ? call.Saved : y.Data;
        Plan(x.Shape).InputGradient(call, x.Data, call.Parameter(0).Data, argument, accumulate: false, call.Scratch);
        var bias = Bias ? call.Parameter(1).Data : null;
        if (argument == y.Data)
        {
            ChannelKernels.AddActivate(call, Activation, argument, bias, y.Data, y.Shape.Rows, Filters);
            return;
        }
        ChannelKernels.AddActivate(call, Activation.None, argument, bias, argument, y.Shape.Rows, Filters);
        ActivationFunctions.Forward(call, Activation, argument, y.Data, y.Shape.Length);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, dy) = (call.Input(), call.OutputGradient());
        var plan = Plan(x.Shape);
        var gradient = dy.Data;
        var scratch = call.Scratch;
        if (Activation != Activation.None)
        {
            ActivationFunctions.Backward(call, Activation, SavesArgument ? call.Saved : call.Output().Data, gradient, scratch, dy.Shape.Length);
            gradient = scratch;
            scratch += dy.Shape.Length;
        }
        if (Bias && call.ParameterGradient(1) is { IsNone: false } db)
            MatrixKernels.SumRows(call, gradient, dy.Shape.Rows, Filters, db.Data, call.AccumulatesParameter(1));
        if (call.ParameterGradient(0) is { IsNone: false } dw)
            plan.WeightGradient(call, gradient, x.Data, dw.Data, call.AccumulatesParameter(0), scratch);
        if (call.InputGradient() is not { IsNone: false } dx)
            return;
        var target = call.Accumulates() ? scratch : dx.Data;
        plan.Forward(call, gradient, call.Parameter(0).Data, null, null, Activation.None, target, call.Accumulates() ? scratch + dx.Shape.Length : scratch);
        if (call.Accumulates())
            TensorPrimitives.Add(dx.Span, new ReadOnlySpan<T>(target, dx.Span.Length), dx.Span);
    }

    public override void Export(OnnxExport export)
    {
        var shape = Geometry(export.InputShape());
        string[] inputs = [export.Input(), export.Parameter(Parameters[0], 3, 2, 0, 1)];
        var added = Padding.IsSame ? AddedBySame : OutputPadding;
        var y = export.Node(
            "ConvTranspose",
            Bias ? [.. inputs, export.Parameter(Parameters[1])] : inputs,
            ("kernel_shape", new[] { Kernel, Kernel }),
            ("strides", new[] { Stride, Stride }),
            ("pads", new[] { shape.PadTop, shape.PadLeft, shape.PadBottom, shape.PadRight }),
            ("output_padding", new[] { added, added }),
            ("dilations", new[] { Dilation, Dilation }),
            ("group", Groups));
        export.Output(ActivationFunctions.Export(export, Activation, y));
    }

    protected override void Bind(LayerBinding binding)
    {
        var channels = binding.Inputs[0].Channels;
        // Of the taps of a kernel, one in so many reaches a given output.
        var fan = Math.Max(1, Kernel * Kernel * (channels / Groups) / (Stride * Stride));
        binding.Parameter("weight", [Kernel, Kernel, Filters / Groups, channels], Initializers.He(fan));
        if (Bias)
            binding.Parameter("bias", [Filters], Initializers.Constant(0), decays: false);
    }

    private bool SavesArgument => Activation != Activation.None && !ActivationFunctions.DerivativeFromOutput(Activation);

    /// <summary>Pixels that a kernel reaches.</summary>
    private int Extent => (Dilation * (Kernel - 1)) + 1;

    /// <summary>Rows that a kernel smaller than the stride leaves out at the end.</summary>
    private int AddedBySame => Math.Max(0, Stride - Extent);

    private ConvolutionPlan Plan(Shape input)
    {
        var shape = Geometry(input);
        var plan = Volatile.Read(ref _plan);
        if (plan is null || plan.Shape != shape)
            Volatile.Write(ref _plan, plan = new ConvolutionPlan(shape, fixedWeights: false));
        return plan;
    }

    /// <summary>The convolution whose input is this layer's output.</summary>
    private ConvolutionShape Geometry(Shape input)
    {
        var cut = Math.Max(0, Extent - Stride);
        var padding = Padding.IsSame ? new Padding((cut + 1) / 2, (cut + 1) / 2, cut / 2, cut / 2) : Padding;
        var added = Padding.IsSame ? AddedBySame : OutputPadding;
        return new ConvolutionShape
        {
            Batch = input[0],
            Height = ((input[1] - 1) * Stride) + Extent + added - padding.Top - padding.Bottom,
            Width = ((input[2] - 1) * Stride) + Extent + added - padding.Left - padding.Right,
            Channels = Filters,
            OutputChannels = input[3],
            KernelHeight = Kernel,
            KernelWidth = Kernel,
            StrideY = Stride,
            StrideX = Stride,
            PadTop = padding.Top,
            PadLeft = padding.Left,
            PadBottom = padding.Bottom,
            PadRight = padding.Right,
            DilationY = Dilation,
            DilationX = Dilation,
            Groups = Groups,
        };
    }

    private static int AtLeastOne(int value)
        => value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value.ToString(CultureInfo.InvariantCulture), "Give at least 1.");
}
