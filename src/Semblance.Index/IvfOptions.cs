namespace Semblance.Index;

/// <summary>How an inverted file is built; null settings follow the number of rows and the dimension.</summary>
public sealed record IvfOptions
{
    /// <summary>
    /// Lists; null takes about 4·√n, a power of two. More lists make searches faster and the build slower.
    /// </summary>
    public int? Lists
    {
        get;
        init => field = value is null or (>= 1 and <= 1 << 20)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Lists must be between 1 and 1,048,576, or null.");
    }

    /// <summary>
    /// Pieces a vector is cut into by product quantisation; null takes one for two elements with 4-bit codes and one for four with
    /// 8-bit codes. Kinds without codes ignore it.
    /// </summary>
    public int? Pieces
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Pieces must be at least 1, or null.");
    }

    /// <summary>
    /// Rotates vectors before they are coded so that the pieces carry equal shares of the variance and little of one another's
    /// (optimised product quantisation). It helps where the elements differ much in variance, and costs d² a vector and query.
    /// </summary>
    public bool OptimizedRotation { get; init; }

    /// <summary>Candidates by code that are ranked by the stored rows, for each neighbour asked for; null grows with the effort.</summary>
    public int? RescorePerNeighbour
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "RescorePerNeighbour must be at least 1, or null.");
    }

    /// <summary>Lists that a search probes which names neither effort nor target recall, before the index is tuned; null takes 16.</summary>
    public int? Probes
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Probes must be at least 1, or null.");
    }

    /// <summary>What is kept of each vector for the final ranking.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Byte;

    /// <summary>Threads of a build; the result does not depend on them.</summary>
    public int BuildThreads
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "BuildThreads must be at least 1.");
    } = Environment.ProcessorCount;

    public long Seed { get; init; } = 1;
}
