namespace Semblance.Networks;

/// <summary>A piece of one parameter with what a step needs to know about it.</summary>
internal readonly unsafe struct OptimizerPiece
{
    public required float* Values { get; init; }

    public required float* Gradients { get; init; }

    public required float* First { get; init; }

    public required float* Second { get; init; }

    public required float* Third { get; init; }

    public required nint Count { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>0 where decay does not apply.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Counted from 1, for this parameter alone: one thawed later starts its averages later.</summary>
    public required long Step { get; init; }
}
