namespace Semblance.Index;

/// <summary>How an <see cref="RpForestIndex"/> is built and searched.</summary>
public sealed record RpForestOptions
{
    /// <summary>Trees; more find more for the same effort and take more memory and time to build.</summary>
    public int Trees
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There must be between 1 and 4096 trees.");
    } = 40;

    /// <summary>Rows of a leaf at most; null takes as many as there are dimensions, but 16 to 256.</summary>
    public int? LeafSize
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A leaf must hold at least 1 row, or be null to leave it to the index.");
    }

    /// <summary>The same seed and rows give the same trees.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Rows that a search collects when it names neither effort nor target recall, each counted once for every tree that leads to it;
    /// null takes ten a tree.
    /// </summary>
    public int? Effort
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Effort must be at least 1, or null to leave it to the index.");
    }

    /// <summary>What is kept of each vector.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Float32;

    /// <summary>Threads that build the index; the outcome does not depend on it.</summary>
    public int BuildThreads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = Environment.ProcessorCount;
}
