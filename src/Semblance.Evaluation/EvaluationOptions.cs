namespace Semblance.Evaluation;

/// <summary>What an evaluation computes. The defaults give every key of the contract.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The cutoffs k of the "@k" metrics.</summary>
    public IReadOnlyList<int> At { get; init; } = [1, 4, 5, 10];

    /// <summary>The per-query metrics; null for <see cref="RetrievalMetric.Standard"/> at <see cref="At"/>.</summary>
    public IReadOnlyList<RetrievalMetric>? Metrics { get; init; }

    /// <summary>Whether to pool all query–gallery pairs into AUC, EER and FNMR@FMR.</summary>
    public bool Verification { get; init; } = true;

    /// <summary>The FMR targets of the "fnmr@fmr=" keys.</summary>
    public IReadOnlyList<double> FalseMatchRates { get; init; } = [0.001];

    /// <summary>Whether to cluster the queries into as many clusters as they have classes, for NMI and AMI. Needs vectors and one class per query.</summary>
    public bool Clustering { get; init; } = true;

    /// <summary>At most this many rounds of k-means.</summary>
    public int ClusteringRounds { get; init; } = 30;

    /// <summary>Resamples behind the 95 % intervals; 0 for none.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    public int Seed { get; init; }

    /// <summary>How many classes the worst list names.</summary>
    public int Worst { get; init; } = 10;

    /// <summary>The name of a label in the worst list; by default its number.</summary>
    public Func<int, string>? ClassName { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Never in exponent form: 1E-05 would be another key for scripts.</summary>
    internal static string MissRateKey(double rate) => $"fnmr@fmr={rate:0.############}";
}
