namespace Semblance.Lab;

/// <summary>What one setting of one kind of index reached.</summary>
public sealed record AnnRow
{
    public required string Kind { get; init; }

    /// <summary>As it is set: <c>effort=64</c>; empty where a kind has nothing to set.</summary>
    public required string Setting { get; init; }

    /// <summary>What was asked for, where a target was.</summary>
    public double? TargetRecall { get; init; }

    /// <summary>Share of the true nearest that come first; null where they are not known.</summary>
    public double? RecallAt1 { get; init; }

    /// <summary>Share of the true ten nearest among the first ten; null where fewer are known or asked.</summary>
    public double? RecallAt10 { get; init; }

    public double? RecallAt100 { get; init; }

    /// <summary>Answers a second, one query after the other, by one thread.</summary>
    public double Qps1 { get; init; }

    /// <summary>The same by two threads together.</summary>
    public double Qps2 { get; init; }

    public double P50Microseconds { get; init; }

    public double P99Microseconds { get; init; }

    public double BuildSeconds { get; init; }

    /// <summary>Processor time of all threads.</summary>
    public double BuildCpuSeconds { get; init; }

    public double BytesPerVector { get; init; }
}
