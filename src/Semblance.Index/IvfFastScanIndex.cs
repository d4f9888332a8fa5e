using Semblance.Index.Files;
using Semblance.Index.InvertedFile;

namespace Semblance.Index;

/// <summary>
/// Inverted file with product codes of 4 bits a piece, whose tables stay in registers (André, Kermarrec and Le Scouarnec 2015): 32 codes are summed at a time, and the best are ranked by the stored rows; kind <c>ivf-pq4</c>. Effort is the number of lists probed. It learns its lists once it holds 1,000 rows and takes later rows in
/// without learning again, until it has outgrown its lists eightfold and is compacted.
/// </summary>
public sealed class IvfFastScanIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "ivf-pq4";

    private readonly IvfOptions _options;

    /// <summary>An empty index.</summary>
    public IvfFastScanIndex(int dimension, Metric metric, IvfOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new IvfOptions()).Storage, new IvfKind(IvfCodes.Pq4, options)) => _options = options;

    private IvfFastScanIndex(MappedIndexFile file, IvfOptions options)
        : base(file, new IvfKind(IvfCodes.Pq4, options)) => _options = options;

    public override int DefaultEffort => _options.Probes ?? 16;

    private protected override int BuildThreads => _options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until it is saved.</summary>
    /// <param name="options">For later changes; what is in the file stays as it was built.</param>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IvfFastScanIndex Open(string path, IvfOptions? options = null) =>
        MappedIndexFile.Open(path, KindName, file => new IvfFastScanIndex(file, options ?? new IvfOptions()));
}
