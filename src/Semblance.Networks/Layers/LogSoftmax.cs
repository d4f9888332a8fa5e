using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks;

/// <summary>x − log Σ e^x along the last axis; the largest of a row is taken off first, so nothing overflows.</summary>
public sealed unsafe class LogSoftmax : Layer
{
    private const int GrainElements = 1 << 13;

    // Elements whose powers are held at once.
    private const int Piece = 256;

    public override bool IsCheap => true;

    public override bool KeepsInput(int index) => false;

    public override bool KeepsOutput(int index) => true;

    public override bool OverwritesInput(int index) => true;

    public override bool OverwritesGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var size = x.Shape.Channels;
        call.ForRanges(x.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var source = new ReadOnlySpan<T>(x.Data + row * size, size);
                var largest = TensorPrimitives.Max(source);
                var sum = SumOfPowers(source, largest);
                TensorPrimitives.Subtract(source, largest, new Span<T>(y.Data + row * size, size));
                TensorPrimitives.Subtract(new ReadOnlySpan<T>(y.Data + row * size, size), T.Log(sum), new Span<T>(y.Data + row * size, size));
            }
        });
    }

    /// <summary>dx = dy − e^y · Σ dy.</summary>
    public override void Backward<T>(LayerCall<T> call)
    {
        var (y, dy, dx, accumulates) = (call.Output(), call.OutputGradient(), call.InputGradient(), call.Accumulates());
        var size = y.Shape.Channels;
        call.ForRanges(y.Shape.Rows, GrainElements / size, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                Gradient(
                    new ReadOnlySpan<T>(y.Data + row * size, size),
                    new ReadOnlySpan<T>(dy.Data + row * size, size),
                    new Span<T>(dx.Data + row * size, size),
                    accumulates);
            }
        });
    }

    public override void Export(OnnxExport export)
    {
        var rank = export.InputShape().Rank;
        export.Output(export.Node("LogSoftmax", [export.Input()], ("axis", OnnxExport.FileAxis(rank - 1, rank))));
    }

    private static T SumOfPowers<T>(ReadOnlySpan<T> x, T largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> powers = stackalloc T[Piece];
        var sum = T.Zero;
        for (var start = 0; start < x.Length; start += Piece)
        {
            var piece = x.Slice(start, Math.Min(Piece, x.Length - start));
            TensorPrimitives.Subtract(piece, largest, powers);
            TensorPrimitives.Exp(powers[..piece.Length], powers);
            sum += TensorPrimitives.Sum<T>(powers[..piece.Length]);
        }
        return sum;
    }

    private static void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, bool accumulates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> share = stackalloc T[Piece];
        var sum = TensorPrimitives.Sum(dy);
        for (var start = 0; start < y.Length; start += Piece)
        {
            var count = Math.Min(Piece, y.Length - start);
            var piece = share[..count];
            TensorPrimitives.Exp(y.Slice(start, count), piece);
            TensorPrimitives.Multiply(piece, -sum, piece);
            TensorPrimitives.Add(piece, dy.Slice(start, count), piece);
            var target = dx.Slice(start, count);
            if (accumulates)
                TensorPrimitives.Add(target, piece, target);
            else
                piece.CopyTo(target);
        }
    }
}
