namespace Semblance.Index;

/// <summary>What an index of any kind can be told when it is made by name; a kind's own options say more.</summary>
public sealed record IndexBuildOptions
{
    /// <summary>What is kept of each vector for its final distance.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Float32;

    /// <summary>Threads of a build.</summary>
    public int Threads
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = Environment.ProcessorCount;

    /// <summary>Of everything the build draws at random.</summary>
    public int Seed { get; init; } = 1;
}
