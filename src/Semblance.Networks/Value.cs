namespace Semblance.Networks;

/// <summary>An input of a network or an output of one of its nodes, to be given to further layers.</summary>
public readonly record struct Value
{
    internal Value(Network network, int index, Shape shape)
    {
        Network = network;
        Index = index;
        Shape = shape;
    }

    /// <summary>Nominal: a run may have another batch, and pictures of another size where the layers allow it.</summary>
    public Shape Shape { get; }

    internal Network Network { get; }

    internal int Index { get; }
}
