using Semblance.Index.Files;
using Semblance.Index.InvertedFile;

namespace Semblance.Index;

/// <summary>
/// Inverted file without codes: the stored rows of the probed lists are all measured; kind <c>ivf-flat</c>. Effort is the number of lists probed. It learns its lists once it holds 1,000 rows and takes later rows in
/// without learning again, until it has outgrown its lists eightfold and is compacted.
/// </summary>
public sealed class IvfFlatIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "ivf-flat";

    private readonly IvfOptions _options;

    /// <summary>An empty index.</summary>
    public IvfFlatIndex(int dimension, Metric metric, IvfOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new IvfOptions()).Storage, new IvfKind(IvfCodes.None, options)) => _options = options;

    private IvfFlatIndex(MappedIndexFile file, IvfOptions options)
        : base(file, new IvfKind(IvfCodes.None, options)) => _options = options;

    public override int DefaultEffort => _options.Probes ?? 16;

    private protected override int BuildThreads => _options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until it is saved.</summary>
    /// <param name="options">For later changes; what is in the file stays as it was built.</param>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IvfFlatIndex Open(string path, IvfOptions? options = null) =>
        MappedIndexFile.Open(path, KindName, file => new IvfFlatIndex(file, options ?? new IvfOptions()));
}
