using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// Two-dimensional convolution (cross-correlation, as all frameworks call it) of pictures [batch, height, width, channels] with
/// weights [kernelHeight, kernelWidth, channels / groups, filters], with bias and activation behind it where wanted.
/// As many groups as channels make it depthwise. A second input of the output's shape is added before the activation: the end of a
/// residual block.
/// </summary>
public sealed unsafe class Convolution : Layer
{
    /// <summary>How the geometry seen last is computed: it holds no data, so runs may share it.</summary>
    private ConvolutionPlan? _plan;
    private ConvolutionPlan? _planForFixedWeights;

    /// <summary>Packed weights by the way in which they are used, which differs between sizes of pictures and batches.</summary>
    private readonly Dictionary<string, HugeMemory> _packed = new(StringComparer.Ordinal);
    private bool _hasShortcut;

    /// <param name="filters">Channels of the output.</param>
    /// <param name="kernel">Height and width of the kernel in pixels.</param>
    public Convolution(int filters, int kernel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(filters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel);
        Filters = filters;
        KernelHeight = kernel;
        KernelWidth = kernel;
    }

    public int Filters { get; }

    public int KernelHeight { get; init => field = AtLeastOne(value); }

    public int KernelWidth { get; init => field = AtLeastOne(value); }

    /// <summary>Pixels from one output to the next, down and across; reads the one down.</summary>
    public int Stride
    {
        get => StrideHeight;
        init => (StrideHeight, StrideWidth) = (value, value);
    }

    public int StrideHeight { get; init => field = AtLeastOne(value); } = 1;

    public int StrideWidth { get; init => field = AtLeastOne(value); } = 1;

    public Padding Padding { get; init; } = Padding.Same;

    /// <summary>Pixels from one tap of the kernel to the next, down and across.</summary>
    public int Dilation { get; init => field = AtLeastOne(value); } = 1;

    /// <summary>Channels are cut into so many groups that do not see each other.</summary>
    public int Groups { get; init => field = AtLeastOne(value); } = 1;

    /// <summary>Whether a constant is added to each filter; needless before a batch norm.</summary>
    public bool Bias { get; init; }

    /// <summary>Applied behind the bias.</summary>
    public Activation Activation { get; init; }

    // Only the gradient of the weights looks at it.
    public override bool KeepsInput(int index) => index == 0 && Parameters[0].Trainable;

    public override bool KeepsOutput(int index) => Activation != Activation.None && ActivationFunctions.DerivativeFromOutput(Activation);

    public override bool PassesGradient(int index) => index == 1 && Activation == Activation.None;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length is 0 or > 2 || inputs[0].Rank != 4)
            throw Misfit(inputs, "it takes one batch of pictures, [batch, height, width, channels], and optionally a second of its output's shape to be added.");
        if (inputs.Length == 2 && Groups > 1)
            throw Misfit(inputs, "in groups it takes one batch of pictures; add the second behind it.");
        if (Parameters.Count > 0 && _hasShortcut != (inputs.Length == 2))
            throw Misfit(inputs, _hasShortcut ? "it was added with a second input before and is shared." : "it was added without a second input before and is shared.");
        var channels = inputs[0].Channels;
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw Misfit(inputs, $"{Groups} groups must divide both the {channels} channels and the {Filters} filters.");
        if (Parameters.Count > 0 && channels != Parameters[0].Shape[2] * Groups)
            throw Misfit(inputs, $"its weights {Parameters[0].Shape} in {Groups} groups are for {Parameters[0].Shape[2] * Groups} channels.");
        var shape = Geometry(inputs[0]);
        if (shape.OutputHeight < 1 || shape.OutputWidth < 1)
            throw Misfit(inputs, $"a kernel of {KernelHeight}×{KernelWidth} with dilation {Dilation} and padding {shape.PadTop}+{shape.PadBottom} by {shape.PadLeft}+{shape.PadRight} is larger than the picture; give larger pictures or more padding.");
        var output = new Shape(shape.Batch, shape.OutputHeight, shape.OutputWidth, Filters);
        return inputs.Length == 1 || inputs[1] == output ? [output] : throw Misfit(inputs, $"what is added must have the shape of the output, {output}.");
    }

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var plan = Plan(shapes.Inputs[0], shapes.FixedWeights);
        var length = shapes.Outputs[0].Length;
        return new LayerMemory(
            SavesArgument && shapes.Training ? length : 0,
            plan.ForwardScratch(shapes.Threads),
            plan.BackwardScratch(shapes.Threads) + (Activation == Activation.None ? 0 : length));
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var w = call.Parameter(0).Data;
        var bias = Bias ? call.Parameter(1).Data : null;
        var shortcut = call.InputCount == 2 ? call.Input(1).Data : null;
        var plan = Plan(x.Shape, call.Packed != null);
        if (!SavesArgument || !call.Training)
        {
            plan.Forward(call, x.Data, w, bias, shortcut, Activation, y.Data, call.Scratch);
            return;
        }
        plan.Forward(call, x.Data, w, bias, shortcut, Activation.None, call.Saved, call.Scratch);
        ActivationFunctions.Forward(call, Activation, call.Saved, y.Data, y.Shape.Length);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, dy) = (call.Input(), call.OutputGradient());
        var plan = Plan(x.Shape, fixedWeights: false);
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
            plan.WeightGradient(call, x.Data, gradient, dw.Data, call.AccumulatesParameter(0), scratch);
        if (call.InputGradient() is { IsNone: false } dx)
            plan.InputGradient(call, gradient, call.Parameter(0).Data, dx.Data, call.Accumulates(), scratch);
        if (call.InputCount == 2 && call.InputGradient(1) is { IsNone: false } shortcut)
            PassOn(call, gradient, shortcut.Data, dy.Shape.Length);
    }

    public override void Export(OnnxExport export)
    {
        var shape = Geometry(export.InputShape());
        string[] inputs = [export.Input(), export.Parameter(Parameters[0], 3, 2, 0, 1)];
        var y = export.Node(
            "Conv",
            Bias ? [.. inputs, export.Parameter(Parameters[1])] : inputs,
            ("kernel_shape", new[] { KernelHeight, KernelWidth }),
            ("strides", new[] { StrideHeight, StrideWidth }),
            ("pads", new[] { shape.PadTop, shape.PadLeft, shape.PadBottom, shape.PadRight }),
            ("dilations", new[] { Dilation, Dilation }),
            ("group", Groups));
        if (_hasShortcut)
            y = export.Node("Add", [y, export.Input(1)]);
        export.Output(ActivationFunctions.Export(export, Activation, y));
    }

    protected override void Bind(LayerBinding binding)
    {
        var shape = Geometry(binding.Inputs[0]);
        _hasShortcut = binding.Inputs.Count == 2;
        binding.Parameter("weight", [KernelHeight, KernelWidth, shape.GroupChannels, Filters], Initializers.He(shape.Depth));
        if (Bias)
            binding.Parameter("bias", [Filters], Initializers.Constant(0), decays: false);
    }

    // The derivative of some functions cannot be told from their result.
    private bool SavesArgument => Activation != Activation.None && !ActivationFunctions.DerivativeFromOutput(Activation);

    internal override HugeMemory? PackWeights(IReadOnlyList<Shape> inputs, WorkerTeam team)
    {
        var simd = SimdWidth<float>.Chosen;
        var plan = Plan(inputs[0], fixedWeights: true);
        var length = plan.PackedLength(simd.Count);
        if (length == 0)
            return null;
        lock (_packed)
        {
            if (!_packed.TryGetValue(plan.Algorithm, out var memory))
            {
                memory = new HugeMemory(length * sizeof(float));
                var target = memory.Start;
                Parameters[0].Lend(weights => plan.Pack((float*)weights, simd, team, (float*)target));
                _packed.Add(plan.Algorithm, memory);
            }
            return memory;
        }
    }

    internal override bool IsPacked(IReadOnlyList<Shape> inputs)
    {
        var plan = Plan(inputs[0], fixedWeights: true);
        lock (_packed)
            return plan.PackedLength(SimdWidth<float>.Chosen.Count) == 0 || _packed.ContainsKey(plan.Algorithm);
    }

    // The gradient behind the activation is that of what was added.
    private static void PassOn<T>(LayerCall<T> call, T* gradient, T* target, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var adds = call.Accumulates(1);
        call.ForRanges(length, 1 << 15, (start, end) =>
        {
            var from = new ReadOnlySpan<T>(gradient + start, (int)(end - start));
            var to = new Span<T>(target + start, (int)(end - start));
            if (adds)
                TensorPrimitives.Add(from, to, to);
            else
                from.CopyTo(to);
        });
    }

    private ConvolutionPlan Plan(Shape input, bool fixedWeights)
    {
        var shape = Geometry(input);
        ref var known = ref fixedWeights ? ref _planForFixedWeights : ref _plan;
        var plan = Volatile.Read(ref known);
        if (plan is null || plan.Shape != shape)
            Volatile.Write(ref known, plan = new ConvolutionPlan(shape, fixedWeights));
        return plan;
    }

    private ConvolutionShape Geometry(Shape input)
    {
        var padding = Padding.For(KernelHeight, KernelWidth, Dilation, Dilation);
        return new ConvolutionShape
        {
            Batch = input[0],
            Height = input[1],
            Width = input[2],
            Channels = input[3],
            OutputChannels = Filters,
            KernelHeight = KernelHeight,
            KernelWidth = KernelWidth,
            StrideY = StrideHeight,
            StrideX = StrideWidth,
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
