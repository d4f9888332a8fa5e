namespace Semblance.Networks;

/// <summary>How much ONNX Runtime may rewrite a graph before it runs; the values are the runtime's own.</summary>
public enum GraphOptimization
{
    /// <summary>Runs the graph as it is: right for a model that was saved optimised.</summary>
    None = 0,

    /// <summary>Removes what is redundant: constant folding, dropped identities, fused batch norms.</summary>
    Basic = 1,

    /// <summary>Also fuses operators into ones that only ONNX Runtime has.</summary>
    Extended = 2,

    /// <summary>Also changes data layouts for the CPU at hand (convolutions over blocks of 8 or 16 channels).</summary>
    All = 99,
}

/// <summary>How a session loads and runs its model.</summary>
public sealed record OnnxSessionOptions
{
    /// <summary>
    /// Threads inside one run, the caller's included. One is right when several threads call <see cref="OnnxSession.Run"/>
    /// at once, which on small networks wastes less than splitting each operator does.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    public GraphOptimization GraphOptimization { get; init; } = GraphOptimization.All;

    /// <summary>
    /// Where to save the graph as the runtime optimised it; null saves nothing. Such a file is for this version of the
    /// runtime and this kind of CPU only, and is loaded again with <see cref="GraphOptimization.None"/>.
    /// </summary>
    public string? OptimizedModelPath { get; init; }

    /// <summary>
    /// Whether freed activations are kept for the next run. Faster, at the price of memory that stays at the peak of the
    /// largest batch seen.
    /// </summary>
    public bool MemoryArena { get; init; } = true;

    /// <summary>Further settings by the runtime's own keys, e.g. <c>session.set_denormal_as_zero</c> = <c>1</c>.</summary>
    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = new Dictionary<string, string>();
}
