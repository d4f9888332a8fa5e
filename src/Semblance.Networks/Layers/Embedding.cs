using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// A learned vector for each of a fixed number of things, words for instance: [n, ..] of whole numbers to [n, .., features].
/// </summary>
/// <param name="rows">How many things there are; indexes go from 0 to one less.</param>
/// <param name="features">Length of a vector.</param>
/// <remarks><see cref="Forward"/> throws <see cref="ArgumentException"/> for an index that is outside of the table.</remarks>
public sealed unsafe class Embedding(int rows, int features) : Layer
{
    private const int Int64 = 7;

    public int Rows { get; } = rows > 0 ? rows : throw new ArgumentOutOfRangeException(nameof(rows), $"{rows} rows; give at least 1.");

    public int Features { get; } = features > 0 ? features : throw new ArgumentOutOfRangeException(nameof(features), $"{features} features; give at least 1.");

    /// <summary>Stands for "nothing here": its vector starts as zeros and gets no gradient.</summary>
    public int? PaddingIndex { get; init; }

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1 || inputs[0].Rank == Shape.MaxRank)
            throw Misfit(inputs, $"it takes one tensor of indexes, with {Shape.MaxRank - 1} axes at most.");
        return [[.. inputs[0], Features]];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        RowLookup<T>.ThrowIfOutside(this, call.Input(), Rows);
        RowLookup<T>.Take(call, call.Parameter(0).Data, 1, Rows, Features, call.Input(), call.Output().Data);
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        if (call.ParameterGradient(0) is { IsNone: false } table)
        {
            if (!call.AccumulatesParameter(0))
                BoxMove<T>.Clear(call, table);
            RowLookup<T>.Add(call, call.OutputGradient().Data, 1, Rows, Features, call.Input(), table.Data, PaddingIndex ?? -1);
        }
        if (call.InputGradient() is { IsNone: false } none && !call.Accumulates())
            BoxMove<T>.Clear(call, none);
    }

    public override void Export(OnnxExport export)
    {
        var indexes = export.Node("Cast", [export.InputChannelsLast()], ("to", Int64));
        export.OutputChannelsLast(export.Node("Gather", [export.Parameter(Parameters[0]), indexes], ("axis", 0)));
    }

    protected override void Bind(LayerBinding binding)
    {
        if (PaddingIndex is { } index && (index < 0 || index >= Rows))
            throw new ArgumentException($"Layer '{Name}' ({nameof(Embedding)}) has the padding index {index}; its table has {Rows} rows, numbered 0 to {Rows - 1}.", nameof(binding));
        var table = binding.Parameter("weight", [Rows, Features], Initializers.Normal(1));
        if (PaddingIndex is { } padding)
            table.Values.Slice(padding * Features, Features).Clear();
    }
}
