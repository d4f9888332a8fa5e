namespace Semblance.Index;

/// <summary>All kinds over bit codes by name, and which of them suits how many codes; see <see cref="VectorIndexes"/>.</summary>
public static class CodeIndexes
{
    /// <summary>
    /// Up to this many codes <see cref="Choose"/> takes the plain scan: of 64 bits each it takes about a quarter of a millisecond, and
    /// tables would take several times the memory to save part of it.
    /// </summary>
    public const int ScanUpTo = 500_000;

    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [ExactCodeIndex.KindName, MihIndex.KindName, HnswCodeIndex.KindName];

    /// <summary>The kind for so many codes, always an exact one.</summary>
    public static string Choose(long rows) => rows <= ScanUpTo ? ExactCodeIndex.KindName : MihIndex.KindName;

    /// <summary>An empty index of a kind.</summary>
    /// <param name="options">Threads and seed, where the kind has them.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static CodeIndex Create(string kind, int bits, IndexBuildOptions? options = null) => kind switch
    {
        ExactCodeIndex.KindName => new ExactCodeIndex(bits),
        MihIndex.KindName => new MihIndex(bits),
        HnswCodeIndex.KindName => new HnswCodeIndex(bits, Hnsw(options)),
        _ => throw new ArgumentException($"There is no index kind '{kind}' for codes; there are {string.Join(", ", Kinds)}.", nameof(kind)),
    };

    /// <summary>Opens an index file of whatever kind of codes, read-only and mapped. Changes made afterwards stay in memory until it is saved.</summary>
    /// <param name="options">For later builds.</param>
    /// <exception cref="IndexFileException">The file cannot be used, or holds no codes; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static CodeIndex Open(string path, IndexBuildOptions? options = null) => IndexFile.ReadHeader(path).Kind switch
    {
        ExactCodeIndex.KindName => ExactCodeIndex.Open(path),
        MihIndex.KindName => MihIndex.Open(path),
        HnswCodeIndex.KindName => HnswCodeIndex.Open(path, Hnsw(options)),
        var kind => throw new IndexFileException(IndexFileProblem.WrongKind, path, $"holds an index of kind '{kind}', which is none of {string.Join(", ", Kinds)}"),
    };

    private static HnswCodeOptions? Hnsw(IndexBuildOptions? options) =>
        options is null ? null : new HnswCodeOptions { BuildThreads = options.Threads, Seed = options.Seed };
}
