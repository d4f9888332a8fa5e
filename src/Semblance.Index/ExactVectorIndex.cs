using Semblance.Index.Files;

namespace Semblance.Index;

/// <summary>
/// Search by scanning all vectors; kind <c>exact</c>. Over float32 it is exact and the reference for every other kind: memory
/// 4 · dimension + 8 bytes a row and 6 to 12 for the id table, and a search reads 4 · dimension bytes a row at the speed of memory.
/// Narrower storage takes a half or a quarter of both; then the distances are those to the rounded vectors.
/// </summary>
public sealed class ExactVectorIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "exact";

    /// <summary>An empty index. The storage is part of the file.</summary>
    public ExactVectorIndex(int dimension, Metric metric, VectorStorage storage = VectorStorage.Float32)
        : base(KindName, dimension, metric, storage, structure: null)
    {
    }

    private ExactVectorIndex(MappedIndexFile file)
        : base(file, structure: null)
    {
    }

    /// <summary>
    /// Opens a file read-only and maps it: usable at once, whatever its size. Changes made afterwards stay in memory until
    /// <see cref="VectorIndex.Save(string)"/>.
    /// </summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static ExactVectorIndex Open(string path) => MappedIndexFile.Open(path, KindName, static file => new ExactVectorIndex(file));
}
