namespace Semblance.Networks;

/// <summary>
/// The same elements under another shape. The batch stays the first axis; one size may be −1 and is worked out.
/// </summary>
/// <param name="sizes">All axes but the batch.</param>
public sealed class Reshape(params int[] sizes) : Layer
{
    public IReadOnlyList<int> Sizes { get; } = [.. sizes];

    public override bool IsView => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            throw Misfit(inputs, "it takes one tensor.");
        var elements = inputs[0].Product(1, inputs[0].Rank);
        nint known = 1;
        foreach (var size in Sizes.Where(size => size != -1))
            known *= size;
        var open = Sizes.Count(size => size == -1);
        if (known <= 0 || open > 1 || (open == 1 ? elements % known : elements - known) != 0)
            throw Misfit(inputs, $"the {elements} elements of one row do not make [{string.Join(", ", Sizes)}].");
        return [new Shape([inputs[0][0], .. Sizes.Select(size => size == -1 ? (int)(elements / known) : size)])];
    }

    public override void Forward<T>(LayerCall<T> call)
    {
    }

    public override void Backward<T>(LayerCall<T> call)
    {
    }

    public override void Export(OnnxExport export)
        => export.OutputChannelsLast(export.Node("Reshape", [export.InputChannelsLast(), export.Longs([0, .. Sizes.Select(size => (long)size)])]));
}
