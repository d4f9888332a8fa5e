using Semblance.Index;

namespace Semblance.Cli.Lab;

/// <summary>What a kind of index is made for.</summary>
/// <param name="Dimension">Elements of a vector, or bits of a code.</param>
/// <param name="Rows">Rows that it will hold.</param>
internal sealed record AnnRecipe(int Dimension, Metric Metric, int Rows, int Threads, int Seed);

/// <summary>A kind of index by the name that users type.</summary>
/// <param name="Efforts">Settings of <see cref="SearchOptions.Effort"/> worth trying, rising; empty where nothing can be set.</param>
internal sealed record AnnKind<TIndex>(string Name, IReadOnlyList<int> Efforts, Func<AnnRecipe, TIndex> Create);

/// <summary>The kinds that <c>lab ann</c> measures; a new kind is one line.</summary>
internal static class AnnKinds
{
    private static readonly IReadOnlyList<int> s_none = [];

    private static readonly IReadOnlyList<int> s_lists = Ladder(1, 1024);

    private static readonly IReadOnlyList<int> s_candidates = Ladder(10, 1024);

    private static readonly IReadOnlyList<int> s_leaves = Ladder(1, 16_384);

    private static readonly IReadOnlyList<int> s_cells = Ladder(8, 16_384);

    private static readonly IReadOnlyList<int> s_collected = Ladder(64, 131_072);

    public static IReadOnlyList<AnnKind<IVectorIndex>> OfVectors { get; } =
    [
        new("exact", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric)),
        new("exact-half", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric, VectorStorage.Float16)),
        new("exact-byte", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric, VectorStorage.Byte)),
        new("hnsw", s_candidates, recipe => new HnswIndex(recipe.Dimension, recipe.Metric, new HnswOptions { BuildThreads = recipe.Threads, Seed = recipe.Seed })),
        new("hnsw-half", s_candidates, recipe => new HnswIndex(recipe.Dimension, recipe.Metric, new HnswOptions { BuildThreads = recipe.Threads, Seed = recipe.Seed, Storage = VectorStorage.Float16 })),
        new("ivf-flat", s_lists, recipe => new IvfFlatIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
        new("ivf-pq", s_lists, recipe => new IvfPqIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
        new("ivf-pq4", s_lists, recipe => new IvfFastScanIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
        new("kd-tree", s_leaves, recipe => new KdTreeIndex(recipe.Dimension, recipe.Metric, new KdTreeOptions { BuildThreads = recipe.Threads })),
        new("ball-tree", s_leaves, recipe => new BallTreeIndex(recipe.Dimension, recipe.Metric, new BallTreeOptions { BuildThreads = recipe.Threads })),
        new("rp-forest", s_collected, recipe => new RpForestIndex(recipe.Dimension, recipe.Metric, new RpForestOptions { BuildThreads = recipe.Threads, Seed = recipe.Seed })),
        new("lsh", s_cells, recipe => new LshIndex(recipe.Dimension, recipe.Metric, new LshOptions { BuildThreads = recipe.Threads, Seed = recipe.Seed })),
    ];

    public static IReadOnlyList<AnnKind<ICodeIndex>> OfCodes { get; } =
    [
        new("exact-codes", s_none, recipe => new ExactCodeIndex(recipe.Dimension)),
        new("mih", s_none, recipe => new MihIndex(recipe.Dimension)),
        new("hnsw-codes", s_candidates, recipe => new HnswCodeIndex(recipe.Dimension, new HnswCodeOptions { BuildThreads = recipe.Threads, Seed = recipe.Seed })),
    ];

    /// <summary>Numbers from <paramref name="first"/> to <paramref name="last"/>, each about half as much again as the one before: 1, 2, 3, 4, 6, 8, 12, …</summary>
    private static List<int> Ladder(int first, int last)
    {
        var steps = new List<int>();
        for (var step = first; step <= last; step *= 2)
        {
            steps.Add(step);
            if (step + (step / 2) is var between && between > step && between < last)
                steps.Add(between);
        }
        return steps;
    }

    private static IvfOptions Lists(AnnRecipe recipe) => new() { BuildThreads = recipe.Threads, Seed = recipe.Seed };
}
