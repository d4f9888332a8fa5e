using Semblance.Index.Files;
using Semblance.Index.Graph;

namespace Semblance.Index;

/// <summary>
/// Approximate search along a graph of near neighbours (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
/// Hierarchical Navigable Small World graphs", 2018); kind <c>hnsw</c>. Effort is ef, the candidates kept on the way: recall grows with it, and so
/// does the time; with the rows the time grows about as their logarithm.
/// </summary>
/// <remarks>
/// The walk reads 4-bit codes of the rotated vectors (a byte a dimension up to 64 dimensions); all candidates are then ranked by the
/// stored rows. Memory beside those with M = 16: 137 bytes of links and about 0.53 a dimension. Rows that are removed stay in the graph
/// as steps until the index is compacted, which mends the links. A search with a filter walks through all rows and counts the accepted
/// ones; where few are accepted it gives way to a scan. Below 1,000 rows there is no graph: every search is a scan.
/// </remarks>
public sealed class HnswIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "hnsw";

    private readonly HnswOptions _options;

    /// <summary>An empty index.</summary>
    public HnswIndex(int dimension, Metric metric, HnswOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new HnswOptions()).Storage, new GraphKind(options)) => _options = options;

    private HnswIndex(MappedIndexFile file, HnswOptions options)
        : base(file, new GraphKind(options)) => _options = options;

    public override int DefaultEffort => _options.EfSearch;

    private protected override int BuildThreads => _options.BuildThreads;

    /// <summary>
    /// Opens a file read-only and maps it: usable at once, whatever its size. The first change copies the graph into memory, and so does
    /// <see cref="VectorIndex.Warm"/>; changes stay in memory until <see cref="VectorIndex.Save(string)"/>.
    /// </summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static HnswIndex Open(string path, HnswOptions? options = null) =>
        MappedIndexFile.Open(path, KindName, file => new HnswIndex(file, options ?? new HnswOptions()));
}
