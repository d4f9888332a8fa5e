using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>How pixels between those of a picture are made.</summary>
public enum UpsampleMode
{
    /// <summary>Each pixel is repeated.</summary>
    Nearest,

    /// <summary>
    /// Weighted by distance along rows and columns; pixels are squares whose centres are halves, so that corners are not aligned,
    /// and beyond the outermost centres the picture goes on as it ends.
    /// </summary>
    Bilinear,
}

/// <summary>Pictures [n, h, w, c] a whole number of times as high and as wide.</summary>
public sealed unsafe class Upsample(int factor, UpsampleMode mode = UpsampleMode.Nearest) : Layer
{
    public int Factor { get; } = factor > 0 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), $"A factor of {factor}; give at least 1.");

    public UpsampleMode Mode { get; } = mode;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank != 4)
            throw Misfit(inputs, "it takes pictures, [batch, height, width, channels].");
        return [inputs[0].With(1, checked(inputs[0][1] * Factor)).With(2, checked(inputs[0][2] * Factor))];
    }

    // A row blended from two, for each share of the work.
    public override LayerMemory Memory(in LayerShapes shapes)
    {
        if (Mode == UpsampleMode.Nearest)
            return default;
        var (input, output) = (shapes.Inputs[0], shapes.Outputs[0]);
        return new LayerMemory(
            ForwardScratch: Shares(output, shapes.Threads) * input[2] * (nint)input.Channels,
            BackwardScratch: Shares(input, shapes.Threads) * output[2] * (nint)output.Channels);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        if (Mode == UpsampleMode.Nearest)
        {
            Repetition(x.Shape).Repeat(call, x.Data, T.One, y.Data, accumulate: false);
            return;
        }
        var (width, channels) = (x.Shape[2], x.Shape.Channels);
        var rowLength = width * channels;
        ForRows(call, y.Shape, rowLength, (picture, row, blended) =>
        {
            var (above, below, weight) = Neighbours(row, x.Shape[1]);
            var from = x.Data + picture * x.Shape[1] * rowLength;
            Blend(new ReadOnlySpan<T>(from + (nint)above * rowLength, rowLength), new ReadOnlySpan<T>(from + (nint)below * rowLength, rowLength), T.CreateChecked(weight), new Span<T>(blended, rowLength));
            var to = y.Data + ((nint)picture * y.Shape[1] + row) * y.Shape[2] * channels;
            for (var column = 0; column < y.Shape[2]; column++)
            {
                var (left, right, toRight) = Neighbours(column, width);
                Blend(new ReadOnlySpan<T>(blended + left * channels, channels), new ReadOnlySpan<T>(blended + right * channels, channels), T.CreateChecked(toRight), new Span<T>(to + column * channels, channels));
            }
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        if (dx.IsNone)
            return;
        if (Mode == UpsampleMode.Nearest)
        {
            Repetition(dx.Shape).Sum(call, dy.Data, null, dx.Data, call.Accumulates());
            return;
        }
        var (height, width, channels) = (dx.Shape[1], dx.Shape[2], dx.Shape.Channels);
        var rowLength = dy.Shape[2] * channels;
        var accumulates = call.Accumulates();
        ForRows(call, dx.Shape, rowLength, (picture, row, collected) =>
        {
            var sums = new Span<T>(collected, rowLength);
            sums.Clear();
            // Only rows of the output that lie less than one input row away have a share in this one.
            var end = Math.Min(dy.Shape[1], (row + 2) * Factor);
            for (var from = Math.Max(0, (row - 1) * Factor); from < end; from++)
            {
                var weight = WeightOf(row, from, height);
                if (weight > 0)
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<T>(dy.Data + ((nint)picture * dy.Shape[1] + from) * rowLength, rowLength), T.CreateChecked(weight), sums, sums);
            }
            var target = dx.Data + ((nint)picture * height + row) * width * channels;
            if (!accumulates)
                new Span<T>(target, width * channels).Clear();
            for (var column = 0; column < dy.Shape[2]; column++)
            {
                var gradient = new ReadOnlySpan<T>(collected + column * channels, channels);
                var (left, right, toRight) = Neighbours(column, width);
                var atLeft = new Span<T>(target + left * channels, channels);
                TensorPrimitives.MultiplyAdd(gradient, T.CreateChecked(1 - toRight), atLeft, atLeft);
                var atRight = new Span<T>(target + right * channels, channels);
                TensorPrimitives.MultiplyAdd(gradient, T.CreateChecked(toRight), atRight, atRight);
            }
        });
    }

    public override void Export(OnnxExport export)
    {
        var scales = export.Floats([1, 1, Factor, Factor], 4);
        export.Output(Mode == UpsampleMode.Nearest
            ? export.Node("Resize", [export.Input(), "", scales], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))
            : export.Node("Resize", [export.Input(), "", scales], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")));
    }

    /// <summary>The input as a tensor that is repeated over the output's rows and columns.</summary>
    private BroadcastRows Repetition(Shape input)
        => new([input[0], input[1], Factor, input[2], Factor, input[3]], [input[0], input[1], 1, input[2], 1, input[3]]);

    /// <summary>The two input rows (or columns) around the centre of one of the output, and the weight of the second.</summary>
    private (int First, int Second, double Weight) Neighbours(int output, int inputs)
    {
        var at = Math.Clamp((output + 0.5) / Factor - 0.5, 0, inputs - 1);
        var first = (int)at;
        return (first, Math.Min(first + 1, inputs - 1), at - first);
    }

    private double WeightOf(int input, int output, int inputs)
    {
        var (first, second, weight) = Neighbours(output, inputs);
        return (first == input ? 1 - weight : 0) + (second == input ? weight : 0);
    }

    private static nint Shares(Shape pictures, int threads) => Math.Min(pictures.Product(0, 2), 4 * threads);

    /// <summary>Calls with each row of pictures and memory of its own thread's.</summary>
    private static void ForRows<T>(LayerCall<T> call, Shape pictures, int rowLength, RowAction<T> action)
        where T : unmanaged
    {
        var rows = pictures.Product(0, 2);
        var shares = (int)Shares(pictures, call.Team.Threads);
        var height = pictures[1];
        call.Team.Run(shares, share =>
        {
            var memory = call.Scratch + (nint)share * rowLength;
            for (var row = rows * share / shares; row < rows * (share + 1) / shares; row++)
                action((int)(row / height), (int)(row % height), memory);
        });
    }

    private static void Blend<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, T weight, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(first, T.One - weight, target);
        TensorPrimitives.MultiplyAdd(second, weight, target, target);
    }

    private delegate void RowAction<T>(int picture, int row, T* memory)
        where T : unmanaged;
}
