namespace Semblance.Networks;

/// <summary>Lets values through and no gradient: what is behind it is trained as if its input were a constant.</summary>
public sealed class StopGradient : Layer
{
    public override bool IsView => true;

    public override bool StopsGradient => true;

    public override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    public override void Forward<T>(LayerCall<T> call)
    {
    }

    public override void Backward<T>(LayerCall<T> call)
    {
    }

    public override void Export(OnnxExport export) => export.Output(export.Input());
}
