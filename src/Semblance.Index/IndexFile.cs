using Semblance.Index.Files;

namespace Semblance.Index;

/// <summary>What an index file says about itself.</summary>
/// <param name="Kind">The index kind, such as <c>exact</c>.</param>
/// <param name="Metric">Null for bit codes, whose distance is Hamming's.</param>
/// <param name="Dimension">Elements of a vector, or bits of a code.</param>
/// <param name="Count">Rows.</param>
/// <param name="Generation">See <see cref="IRowIndex.Generation"/>.</param>
public sealed record IndexFileHeader(string Kind, Metric? Metric, int Dimension, long Count, long Generation);

/// <summary>
/// Index files of any kind: magic, version, kind, section table with offsets, lengths and checksums, all under a header checksum;
/// sections aligned for mapping. Files are written beside and renamed, so a file that is open stays as it was. Changing or
/// truncating a mapped file in place would end the processes that map it. Windows refuses to rename over a file that is mapped:
/// there, save under a new name.
/// </summary>
public static class IndexFile
{
    /// <summary>Reads and checks header and structure without the payload.</summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static IndexFileHeader ReadHeader(string path)
    {
        using var stream = MappedIndexFile.OpenStream(path);
        return MappedIndexFile.ReadHeader(stream, path).Header;
    }
}
