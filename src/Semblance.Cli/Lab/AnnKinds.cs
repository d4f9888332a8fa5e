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

    private static readonly IReadOnlyList<int> s_lists = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024];

    public static IReadOnlyList<AnnKind<IVectorIndex>> OfVectors { get; } =
    [
        new("exact", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric)),
        new("exact-half", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric, VectorStorage.Float16)),
        new("exact-byte", s_none, recipe => new ExactVectorIndex(recipe.Dimension, recipe.Metric, VectorStorage.Byte)),
        new("ivf-flat", s_lists, recipe => new IvfFlatIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
        new("ivf-pq", s_lists, recipe => new IvfPqIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
        new("ivf-pq4", s_lists, recipe => new IvfFastScanIndex(recipe.Dimension, recipe.Metric, Lists(recipe))),
    ];

    public static IReadOnlyList<AnnKind<ICodeIndex>> OfCodes { get; } =
    [
        new("exact-codes", s_none, recipe => new ExactCodeIndex(recipe.Dimension)),
        new("mih", s_none, recipe => new MihIndex(recipe.Dimension)),
    ];

    private static IvfOptions Lists(AnnRecipe recipe) => new() { BuildThreads = recipe.Threads, Seed = recipe.Seed };
}
