namespace Semblance.Networks;

/// <summary>One use of a layer in a network.</summary>
public sealed class NetworkNode
{
    internal NetworkNode(Layer layer, int[] inputs, int firstOutput, int outputs)
    {
        Layer = layer;
        Inputs = inputs;
        FirstOutput = firstOutput;
        OutputCount = outputs;
    }

    public Layer Layer { get; }

    internal int[] Inputs { get; }

    /// <summary>Number of the first output among the network's values; the others follow.</summary>
    internal int FirstOutput { get; }

    internal int OutputCount { get; }

    public override string ToString() => Layer.Name;
}
