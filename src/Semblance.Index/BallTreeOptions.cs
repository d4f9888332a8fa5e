namespace Semblance.Index;

/// <summary>How a <see cref="BallTreeIndex"/> is built and searched.</summary>
public sealed record BallTreeOptions
{
    /// <summary>Rows of a leaf at most; at least 1. Leaves are read as one run, so small ones save little.</summary>
    public int LeafSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A leaf must hold at least 1 row.");
    } = 32;

    /// <summary>Leaves that a search visits at most when it names neither effort nor target recall.</summary>
    public int Effort
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Effort must be at least 1.");
    } = 128;

    /// <summary>What is kept of each vector.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Float32;

    /// <summary>Threads that build the index; the outcome does not depend on it.</summary>
    public int BuildThreads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = Environment.ProcessorCount;
}
