using Semblance.Index.Files;

namespace Semblance.Index;

/// <summary>
/// Exact Hamming search over bit codes by scanning all of them at the speed of memory; kind <c>exact-codes</c>. Memory Bits / 8 bytes
/// a row and 0.2 for its id where ids are consecutive, up to 8.2 where they have no order, then also 6 to 12 for the id table.
/// </summary>
public sealed class ExactCodeIndex : CodeIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "exact-codes";

    /// <summary>An empty index for codes of <paramref name="bits"/> bits, a multiple of 64.</summary>
    public ExactCodeIndex(int bits)
        : base(KindName, bits, null)
    {
    }

    private ExactCodeIndex(MappedIndexFile file)
        : base(file, null, null)
    {
    }

    /// <inheritdoc cref="ExactVectorIndex.Open"/>
    public static ExactCodeIndex Open(string path) => MappedIndexFile.Open(path, KindName, file => new ExactCodeIndex(file));
}
