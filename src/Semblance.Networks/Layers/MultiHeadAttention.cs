using System.Numerics;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// Self-attention of several heads over sequences [n, t, c] (Vaswani et al., "Attention is all you need", 2017, section 3.2): each
/// head has d = c / heads features, softmax(Q · Kᵀ / √d) · V, and the heads side by side go through a last projection.
/// </summary>
/// <remarks>
/// A second input is a mask: 0 at the places that are not to be seen and 1 elsewhere, [n, t] for all queries alike (padding) or
/// [n, t, t] by query and key. It gets no gradient. A query that may see nothing has the last projection of zeros. Queries, keys, values
/// and probabilities are kept for the backward pass: n · t · (4 c + heads · t) numbers.
/// </remarks>
public sealed unsafe class MultiHeadAttention(int heads) : Layer
{
    public int Heads { get; } = heads > 0 ? heads : throw new ArgumentOutOfRangeException(nameof(heads), $"{heads} heads; give at least 1.");

    /// <summary>Whether a place sees itself and those before it only.</summary>
    public bool Causal { get; init; }

    public override bool KeepsInput(int index) => index == 0;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length is not (1 or 2) || inputs[0].Rank != 3 || inputs[0].Channels % Heads != 0)
            throw Misfit(inputs, $"it takes sequences, [batch, places, features], whose features are a multiple of its {Heads} heads, and a mask or none.");
        if (Parameters.Count > 0 && inputs[0].Channels != Parameters[0].Shape[0])
            throw Misfit(inputs, $"its weights are for {Parameters[0].Shape[0]} features.");
        var (n, t) = (inputs[0][0], inputs[0][1]);
        if (inputs.Length == 2 && inputs[1] != new Shape(n, t) && inputs[1] != new Shape(n, t, t))
            throw Misfit(inputs, $"the mask must be [{n}, {t}] or [{n}, {t}, {t}].");
        return [inputs[0]];
    }

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        var (n, t, c) = (shapes.Inputs[0][0], shapes.Inputs[0][1], shapes.Inputs[0][2]);
        var rows = (nint)n * t;
        var scores = (nint)Heads * t * t;
        // Without a backward pass, the probabilities of one sequence are written over those of the one before.
        return new LayerMemory(Saved: rows * 4 * c + (shapes.Training ? n * scores : scores), BackwardScratch: rows * 4 * c + scores);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var (n, t, c) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var rows = x.Shape.Rows;
        var projected = call.Saved;
        var joined = projected + rows * 3 * c;
        var probabilities = joined + rows * c;
        Project(call, x.Data, rows, 0, projected);
        var (d, scores) = (c / Heads, (nint)Heads * t * t);
        var mask = call.InputCount == 2 ? call.Input(1) : default;
        for (var i = 0; i < n; i++)
        {
            var q = projected + (nint)i * t * 3 * c;
            var p = probabilities + (call.Training ? i * scores : 0);
            MatrixKernels.MultiplyBatch(call, Heads, t, t, d, Head(q, 3 * c), d, Head(q + c, 3 * c).Transposed, d, p, t, (nint)t * t, accumulate: false);
            var maskRows = mask.IsNone ? null : mask.Data + i * mask.Shape.Product(1, mask.Shape.Rank);
            AttentionSoftmax.Forward(call, p, (nint)Heads * t, t, t, Factor<T>(d), Causal, maskRows, mask.Shape.Rank == 3 ? t : 0);
            MatrixKernels.MultiplyBatch(call, Heads, t, d, t, Strided<T>.RowMajor(p, t), (nint)t * t, Head(q + 2 * c, 3 * c), d, joined + (nint)i * t * c, c, d, accumulate: false);
        }
        Project(call, joined, rows, 2, y.Data);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (x, dy) = (call.Input(), call.OutputGradient());
        var (n, t, c) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var rows = x.Shape.Rows;
        var projected = call.Saved;
        var joined = projected + rows * 3 * c;
        var probabilities = joined + rows * c;
        var dProjected = call.Scratch;
        var dJoined = dProjected + rows * 3 * c;
        var dScores = dJoined + rows * c;
        Unproject(call, joined, rows, 2, dy.Data, dJoined, accumulate: false);
        var (d, scores) = (c / Heads, (nint)Heads * t * t);
        for (var i = 0; i < n; i++)
        {
            var q = projected + (nint)i * t * 3 * c;
            var dq = dProjected + (nint)i * t * 3 * c;
            var p = Strided<T>.RowMajor(probabilities + i * scores, t);
            var dp = Strided<T>.RowMajor(dScores, t);
            var dOut = Head(dJoined + (nint)i * t * c, c);
            var square = (nint)t * t;
            MatrixKernels.MultiplyBatch(call, Heads, t, t, d, dOut, d, Head(q + 2 * c, 3 * c).Transposed, d, dScores, t, square, accumulate: false);
            MatrixKernels.MultiplyBatch(call, Heads, t, d, t, p.Transposed, square, dOut, d, dq + 2 * c, 3 * c, d, accumulate: false);
            AttentionSoftmax.Backward(call, p.Data, dScores, (nint)Heads * t, t, Factor<T>(d));
            MatrixKernels.MultiplyBatch(call, Heads, t, d, t, dp, square, Head(q + c, 3 * c), d, dq, 3 * c, d, accumulate: false);
            MatrixKernels.MultiplyBatch(call, Heads, t, d, t, dp.Transposed, square, Head(q, 3 * c), d, dq + c, 3 * c, d, accumulate: false);
        }
        var dx = call.InputGradient();
        Unproject(call, x.Data, rows, 0, dProjected, dx.Data, !dx.IsNone && call.Accumulates());
        if (call.InputCount == 2 && call.InputGradient(1) is { IsNone: false } none && !call.Accumulates(1))
            BoxMove<T>.Clear(call, none);
    }

    public override void Export(OnnxExport export)
    {
        var (t, c) = (export.InputShape()[1], export.InputShape()[2]);
        var d = c / Heads;
        string Projection(string from, int parameter)
            => export.Node("Add", [export.Node("MatMul", [from, export.Parameter(Parameters[parameter])]), export.Parameter(Parameters[parameter + 1])]);
        var parts = export.Nodes("Split", [Projection(export.Input(), 0), export.Longs(c, c, c)], 3, ("axis", 2));
        // [n, t, c] to [n, heads, t, d], keys to [n, heads, d, t].
        string Split(string part, params int[] order)
            => export.Node("Transpose", [export.Node("Reshape", [part, export.Longs(0, 0, Heads, d)])], ("perm", order));
        var scores = export.Node("Mul", [export.Node("MatMul", [Split(parts[0], 0, 2, 1, 3), Split(parts[1], 0, 2, 3, 1)]), export.Floats([(float)Factor<double>(d)])]);
        var masks = Masks(export, t);
        // Far below any score, yet finite: a query that sees nothing must not become a division by zero.
        foreach (var mask in masks)
            scores = export.Node("Add", [scores, export.Node("Mul", [export.Node("Sub", [mask, export.Floats([1])]), export.Floats([1e9f])])]);
        var probabilities = export.Node("Softmax", [scores], ("axis", 3));
        foreach (var mask in masks)
            probabilities = export.Node("Mul", [probabilities, mask]);
        var joined = export.Node("Transpose", [export.Node("MatMul", [probabilities, Split(parts[2], 0, 2, 1, 3)])], ("perm", new[] { 0, 2, 1, 3 }));
        export.Output(Projection(export.Node("Reshape", [joined, export.Longs(0, 0, c)]), 2));
    }

    protected override void Bind(LayerBinding binding)
    {
        var c = binding.Inputs[0].Channels;
        // As one would draw three projections of their own.
        binding.Parameter("projection.weight", [c, 3 * c], Initializers.Glorot(c, c));
        binding.Parameter("projection.bias", [3 * c], Initializers.Constant(0), decays: false);
        binding.Parameter("output.weight", [c, c], Initializers.Glorot(c, c));
        binding.Parameter("output.bias", [c], Initializers.Constant(0), decays: false);
    }

    /// <summary>Masks that are 1 where a key is seen, each to be repeated up to [n, heads, t, t].</summary>
    private List<string> Masks(OnnxExport export, int t)
    {
        var masks = new List<string>();
        if (Causal)
        {
            var seen = new float[t * t];
            for (var query = 0; query < t; query++)
                seen.AsSpan(query * t, query + 1).Fill(1);
            masks.Add(export.Floats(seen, t, t));
        }
        if (export.InputCount == 2)
        {
            var given = export.InputShape(1).Rank == 3 ? export.Longs(0, 1, t, t) : export.Longs(0, 1, 1, t);
            var mask = export.Node("Reshape", [export.Input(1), given]);
            masks.Add(export.Node("Sub", [export.Floats([1]), export.Node("Cast", [export.Node("Equal", [mask, export.Floats([0])])], ("to", 1))]));
        }
        return masks;
    }

    private static T Factor<T>(int d)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => T.CreateChecked(1 / Math.Sqrt(d));

    /// <summary>The rows of the first head; the next one's lie d elements behind.</summary>
    private static Strided<T> Head<T>(T* first, int rowLength)
        where T : unmanaged
        => Strided<T>.RowMajor(first, rowLength);

    /// <summary>to = from · W + b, with the weights and biases from parameter <paramref name="index"/> on.</summary>
    private static void Project<T>(LayerCall<T> call, T* from, nint rows, int index, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (weight, bias) = (call.Parameter(index), call.Parameter(index + 1));
        var (depth, columns) = (weight.Shape[0], weight.Shape[1]);
        MatrixKernels.Multiply(call, rows, columns, depth, Strided<T>.RowMajor(from, depth), Strided<T>.RowMajor(weight.Data, columns), to, columns, accumulate: false);
        call.ForRanges(rows, 1 + (1 << 14) / columns, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                var target = new Span<T>(to + row * columns, columns);
                TensorPrimitives.Add(target, bias.Span, target);
            }
        });
    }

    /// <summary>Gradients of <see cref="Project"/>: of weights and biases, and of <paramref name="from"/> unless its gradient is null.</summary>
    private static void Unproject<T>(LayerCall<T> call, T* from, nint rows, int index, T* gradient, T* fromGradient, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var weight = call.Parameter(index);
        var (depth, columns) = (weight.Shape[0], weight.Shape[1]);
        var dy = Strided<T>.RowMajor(gradient, columns);
        if (call.ParameterGradient(index) is { IsNone: false } dw)
            MatrixKernels.Multiply(call, depth, columns, rows, Strided<T>.RowMajor(from, depth).Transposed, dy, dw.Data, columns, call.AccumulatesParameter(index));
        if (call.ParameterGradient(index + 1) is { IsNone: false } db)
            MatrixKernels.SumRows(call, gradient, rows, columns, db.Data, call.AccumulatesParameter(index + 1));
        if (fromGradient != null)
            MatrixKernels.Multiply(call, rows, depth, columns, dy, Strided<T>.RowMajor(weight.Data, columns).Transposed, fromGradient, depth, accumulate);
    }
}
