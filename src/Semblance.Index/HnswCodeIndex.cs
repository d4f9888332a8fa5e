using Semblance.Index.Files;
using Semblance.Index.Graph;

namespace Semblance.Index;

/// <summary>
/// Approximate Hamming search along a graph of near codes, as <see cref="HnswIndex"/> does over vectors; kind <c>hnsw-codes</c>. Effort is ef, the
/// candidates kept on the way: recall grows with it, and so does the time. Distances are exact; among codes at the distance of the last one returned,
/// which are many where codes are short, any may be the ones found.
/// </summary>
/// <remarks>
/// Memory beside codes and ids with M = 16: about 133 bytes of links, and once more the codes, which each level of the graph keeps for itself.
/// Codes that are removed stay in the graph as steps until the index is compacted, which mends the links. Range searches scan all codes, and so do
/// searches whose filter lets few through, those of fewer than 1,000 codes and those with a target recall of 1: the answer is exact then.
/// </remarks>
public sealed class HnswCodeIndex : CodeIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "hnsw-codes";

    private readonly HnswCodeOptions _options;

    /// <summary>An empty index for codes of <paramref name="bits"/> bits, a multiple of 64.</summary>
    public HnswCodeIndex(int bits, HnswCodeOptions? options = null)
        : base(KindName, bits, Empty(bits, options ??= new HnswCodeOptions())) => _options = options;

    private HnswCodeIndex(MappedIndexFile file, HnswCodeOptions options)
        : base(file, Empty(file.Header.Dimension, options), rows => Opened(file, options, rows.Positions)) => _options = options;

    public override int DefaultEffort => _options.EfSearch;

    private protected override int BuildThreads => _options.BuildThreads;

    /// <summary>
    /// Opens a file read-only and maps it: usable at once, whatever its size. The first change copies the graph into memory, and so does
    /// <see cref="CodeIndex.Warm"/>; changes stay in memory until <see cref="CodeIndex.Save"/>.
    /// </summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static HnswCodeIndex Open(string path, HnswCodeOptions? options = null) =>
        MappedIndexFile.Open(path, KindName, file => new HnswCodeIndex(file, options ?? new HnswCodeOptions()));

    private static GraphStructure<ulong> Empty(int bits, HnswCodeOptions options) => new(new CodeNodeEncoder(bits / 64), options, null);

    private static GraphStructure<ulong> Opened(MappedIndexFile file, HnswCodeOptions options, int rows) =>
        new(new CodeNodeEncoder(file.Header.Dimension / 64), options, GraphSections.Read(file, null, rows));
}
