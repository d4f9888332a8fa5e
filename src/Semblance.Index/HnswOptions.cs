namespace Semblance.Index;

/// <summary>How a graph over vectors is built.</summary>
public sealed record HnswOptions : GraphOptions
{
    /// <summary>What is kept of each vector for the final ranking.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Byte;
}
