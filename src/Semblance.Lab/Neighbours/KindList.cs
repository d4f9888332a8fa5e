using Semblance.Index;

namespace Semblance.Lab.Neighbours;

/// <summary>What a kind of index is made for.</summary>
/// <param name="Dimension">Elements of a vector, or bits of a code.</param>
/// <param name="Rows">Rows that it will hold.</param>
internal sealed record AnnRecipe(int Dimension, Metric Metric, int Rows, int Threads, int Seed);

/// <summary>A kind of index by the name that users type.</summary>
/// <param name="Efforts">Settings of <see cref="SearchOptions.Effort"/> worth trying, rising; empty where nothing can be set.</param>
internal sealed record AnnKind<TIndex>(string Name, IReadOnlyList<int> Efforts, Func<AnnRecipe, TIndex> Create);

/// <summary>The kinds that are measured; a new kind is one line.</summary>
internal static class KindList
{
    private static readonly IReadOnlyList<int> s_none = [];

    private static readonly IReadOnlyList<int> s_lists = Ladder(1, 1024);

    private static readonly IReadOnlyList<int> s_candidates = Ladder(10, 1024);

    private static readonly IReadOnlyList<int> s_leaves = Ladder(1, 16_384);

    private static readonly IReadOnlyList<int> s_cells = Ladder(8, 16_384);

    private static readonly IReadOnlyList<int> s_collected = Ladder(64, 131_072);

    public static IReadOnlyList<AnnKind<IVectorIndex>> OfVectors { get; } =
    [
        Vectors("exact", s_none, ExactVectorIndex.KindName, VectorStorage.Float32),
        Vectors("exact-half", s_none, ExactVectorIndex.KindName, VectorStorage.Float16),
        Vectors("exact-byte", s_none, ExactVectorIndex.KindName, VectorStorage.Byte),
        Vectors("hnsw", s_candidates, HnswIndex.KindName, VectorStorage.Byte),
        Vectors("hnsw-half", s_candidates, HnswIndex.KindName, VectorStorage.Float16),
        Vectors("ivf-flat", s_lists, IvfFlatIndex.KindName, VectorStorage.Byte),
        Vectors("ivf-pq", s_lists, IvfPqIndex.KindName, VectorStorage.Byte),
        Vectors("ivf-pq4", s_lists, IvfFastScanIndex.KindName, VectorStorage.Byte),
        Vectors("kd-tree", s_leaves, KdTreeIndex.KindName, VectorStorage.Float32),
        Vectors("ball-tree", s_leaves, BallTreeIndex.KindName, VectorStorage.Float32),
        Vectors("rp-forest", s_collected, RpForestIndex.KindName, VectorStorage.Float32),
        Vectors("lsh", s_cells, LshIndex.KindName, VectorStorage.Float32),
    ];

    public static IReadOnlyList<AnnKind<ICodeIndex>> OfCodes { get; } =
    [
        Codes(ExactCodeIndex.KindName, s_none),
        Codes(MihIndex.KindName, s_none),
        Codes(HnswCodeIndex.KindName, s_candidates),
    ];

    private static AnnKind<IVectorIndex> Vectors(string name, IReadOnlyList<int> efforts, string kind, VectorStorage storage) =>
        new(name, efforts, recipe => VectorIndexes.Create(kind, recipe.Dimension, recipe.Metric, Options(recipe) with { Storage = storage }));

    private static AnnKind<ICodeIndex> Codes(string kind, IReadOnlyList<int> efforts) =>
        new(kind, efforts, recipe => CodeIndexes.Create(kind, recipe.Dimension, Options(recipe)));

    private static IndexBuildOptions Options(AnnRecipe recipe) => new() { Threads = recipe.Threads, Seed = recipe.Seed };

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
}
