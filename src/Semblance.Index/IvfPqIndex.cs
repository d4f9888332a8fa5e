using Semblance.Index.Files;
using Semblance.Index.InvertedFile;

namespace Semblance.Index;

/// <summary>
/// Inverted file with product codes of 8 bits a piece, of the difference from the list's centroid (IVFADC; Jégou, Douze and Schmid 2011): few bytes a vector, table look-ups in memory; kind <c>ivf-pq</c>. Effort is the number of lists probed. It learns its lists once it holds 1,000 rows and takes later rows in
/// without learning again, until it has outgrown its lists eightfold and is compacted.
/// </summary>
public sealed class IvfPqIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "ivf-pq";

    private readonly IvfOptions _options;

    /// <summary>An empty index.</summary>
    public IvfPqIndex(int dimension, Metric metric, IvfOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new IvfOptions()).Storage, new IvfKind(IvfCodes.Pq8, options)) => _options = options;

    private IvfPqIndex(MappedIndexFile file, IvfOptions options)
        : base(file, new IvfKind(IvfCodes.Pq8, options)) => _options = options;

    public override int DefaultEffort => _options.Probes ?? 16;

    private protected override int BuildThreads => _options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until it is saved.</summary>
    /// <param name="options">For later changes; what is in the file stays as it was built.</param>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IvfPqIndex Open(string path, IvfOptions? options = null) =>
        MappedIndexFile.Open(path, KindName, file => new IvfPqIndex(file, options ?? new IvfOptions()));
}
