using Microsoft.Extensions.AI;

namespace Semblance.VectorData;

/// <summary>How a store is opened.</summary>
public sealed record SemblanceVectorStoreOptions
{
    /// <summary>Makes vectors of values where a vector property, or a search, brings something else; a property's or collection's own comes first.</summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; init; }

    /// <summary>Threads that build an index.</summary>
    public int Threads
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = Environment.ProcessorCount;

    /// <summary>Of everything that a build draws at random.</summary>
    public int Seed { get; init; } = 1;
}
