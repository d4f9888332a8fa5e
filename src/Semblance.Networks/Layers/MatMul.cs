using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Products of matrices, the last two axes of both inputs: [.., m, k] by [.., k, n] is [.., m, n]; all axes before are a batch and
/// must agree. Either input may be taken transposed.
/// </summary>
public sealed unsafe class MatMul : Layer
{
    private const int Grain = 1 << 14;

    /// <summary>Whether the first input holds [.., k, m].</summary>
    public bool TransposeLeft { get; init; }

    /// <summary>Whether the second input holds [.., n, k].</summary>
    public bool TransposeRight { get; init; }

    /// <summary>The product is multiplied by it: 1 / √d in attention.</summary>
    public double Factor { get; init; } = 1;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 2 || inputs[0].Rank != inputs[1].Rank || inputs[0].Rank < 2)
            throw Misfit(inputs, "it multiplies two tensors with as many axes, at least 2.");
        var (left, right) = (inputs[0], inputs[1]);
        var (m, depth) = (left[TransposeLeft ? -1 : -2], left[TransposeLeft ? -2 : -1]);
        var (n, rightDepth) = (right[TransposeRight ? -2 : -1], right[TransposeRight ? -1 : -2]);
        if (depth != rightDepth || left.With(-1, 1).With(-2, 1) != right.With(-1, 1).With(-2, 1))
            throw Misfit(inputs, $"{depth} columns meet {rightDepth} rows, which must be the same, and so must all axes before.");
        return [left.With(-2, m).With(-1, n)];
    }

    public override LayerMemory Memory(in LayerShapes shapes) => new(BackwardScratch: IsScaled ? shapes.Outputs[0].Length : 0);

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(0), call.Output());
        var depth = x.Shape[TransposeLeft ? -2 : -1];
        Multiply(call, Matrix(x, TransposeLeft), Matrix(call.Input(1), TransposeRight), y, depth, accumulate: false);
        if (IsScaled)
            Scale(call, y.Data, y.Data, y.Shape.Length);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var dy = call.OutputGradient();
        if (IsScaled)
        {
            Scale(call, dy.Data, call.Scratch, dy.Shape.Length);
            dy = new Tensor<T>(call.Scratch, dy.Shape);
        }
        var (rows, columns) = (dy.Shape[-2], dy.Shape[-1]);
        var gradient = Matrix(dy, transposed: false);
        // Of a factor that is taken transposed, the gradient is transposed too: the sides change places.
        if (call.InputGradient(0) is { IsNone: false } left)
        {
            var right = Matrix(call.Input(1), TransposeRight);
            if (TransposeLeft)
                Multiply(call, right, gradient.Transposed, left, columns, call.Accumulates(0));
            else
                Multiply(call, gradient, right.Transposed, left, columns, call.Accumulates(0));
        }
        if (call.InputGradient(1) is { IsNone: false } rightGradient)
        {
            var first = Matrix(call.Input(0), TransposeLeft);
            if (TransposeRight)
                Multiply(call, gradient.Transposed, first, rightGradient, rows, call.Accumulates(1));
            else
                Multiply(call, first.Transposed, gradient, rightGradient, rows, call.Accumulates(1));
        }
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        string Oriented(string input, bool transposed)
            => transposed ? export.Node("Transpose", [input], ("perm", Enumerable.Range(0, rank - 2).Append(rank - 1).Append(rank - 2).ToArray())) : input;
        var y = export.Node("MatMul", [Oriented(export.InputChannelsLast(0), TransposeLeft), Oriented(export.InputChannelsLast(1), TransposeRight)]);
        export.OutputChannelsLast(IsScaled ? export.Node("Mul", [y, export.Floats([(float)Factor])]) : y);
    }

    // Exactly 1 means that there is nothing to multiply with.
    private bool IsScaled => !Factor.Equals(1);

    private static Strided<T> Matrix<T>(Tensor<T> tensor, bool transposed)
        where T : unmanaged
    {
        var matrix = Strided<T>.RowMajor(tensor.Data, tensor.Shape.Channels);
        return transposed ? matrix.Transposed : matrix;
    }

    private static void Multiply<T>(LayerCall<T> call, Strided<T> left, Strided<T> right, Tensor<T> product, int depth, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (batch, rows, columns) = (product.Shape.Product(0, product.Shape.Rank - 2), product.Shape[-2], product.Shape[-1]);
        MatrixKernels.MultiplyBatch(call, batch, rows, columns, depth, left, rows * depth, right, depth * columns, product.Data, columns, (nint)rows * columns, accumulate);
    }

    private void Scale<T>(LayerCall<T> call, T* from, T* to, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => call.ForRanges(count, Grain, (start, end) =>
        {
            var length = checked((int)(end - start));
            TensorPrimitives.Multiply(new ReadOnlySpan<T>(from + start, length), T.CreateChecked(Factor), new Span<T>(to + start, length));
        });
}
