namespace Semblance.Index;

/// <summary>How an <see cref="LshIndex"/> is built and searched.</summary>
public sealed record LshOptions
{
    /// <summary>Hash tables; more find more for the same number of probes, and each takes some 8 bytes a row.</summary>
    public int Tables
    {
        get;
        init => field = value is >= 1 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There must be between 1 and 1024 tables.");
    } = 16;

    /// <summary>Base-2 logarithm of a table's cells, about; null makes about as many cells as there are rows.</summary>
    public int? Bits
    {
        get;
        init => field = value is null or (>= 1 and <= 26) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Bits must be between 1 and 26, or null to leave them to the index.");
    }

    /// <summary>The same seed and rows give the same tables.</summary>
    public int Seed { get; init; }

    /// <summary>Cells that a search looks into, in all tables together, when it names neither effort nor target recall.</summary>
    public int Effort
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Effort must be at least 1.");
    } = 512;

    /// <summary>What is kept of each vector.</summary>
    public VectorStorage Storage { get; init; } = VectorStorage.Float32;

    /// <summary>Threads that build the index; the outcome does not depend on it.</summary>
    public int BuildThreads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be at least 1.");
    } = Environment.ProcessorCount;
}
