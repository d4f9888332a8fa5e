using Semblance.Index.Files;
using Semblance.Index.MultiIndex;

namespace Semblance.Index;

/// <summary>
/// Exact Hamming search without reading all codes, by multi-index hashing (Norouzi, Punjani and Fleet, "Fast exact search in Hamming
/// space with multi-index hashing", 2014); kind <c>mih</c>. A code is cut into substrings of about log₂ n bits, and codes near the
/// query agree with it in some substring up to a few bits, so tables of substrings lead to all of them.
/// </summary>
/// <remarks>
/// <para>
/// Fast where neighbours are near, as in learned codes of collections; where they are not (far queries, large k, codes without
/// structure, selective filters) a search notices what the tables would cost and scans: an eighth slower than the scan alone, or at
/// worst half as fast. The answer is the same either way.
/// </para>
/// <para>
/// Memory beside codes and ids: 4 bytes a code and table, one table for each log₂ n bits, and as much again or less for the tables'
/// starts: together with the codes 2.9 times the codes at ten million of 64 or 128 bits, up to 4 times at other numbers. Added codes are
/// scanned until they are a sixteenth of those in the tables, which are then built again on the writer's thread: some seconds for ten
/// million codes. Searches go on meanwhile.
/// </para>
/// </remarks>
public sealed class MihIndex : CodeIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "mih";

    /// <summary>An empty index for codes of <paramref name="bits"/> bits, a multiple of 64.</summary>
    public MihIndex(int bits)
        : this(bits, EnumerationCost.Default)
    {
    }

    internal MihIndex(int bits, EnumerationCost cost)
        : base(KindName, bits, MultiIndexHashing.Empty(cost))
    {
    }

    private MihIndex(MappedIndexFile file, EnumerationCost cost)
        : base(file, MultiIndexHashing.Empty(cost), rows => MultiIndexHashing.Open(file, rows, cost))
    {
    }

    private protected override int BuildThreads => Environment.ProcessorCount;

    /// <inheritdoc cref="ExactVectorIndex.Open"/>
    public static MihIndex Open(string path) => Open(path, EnumerationCost.Default);

    internal static MihIndex Open(string path, EnumerationCost cost) => MappedIndexFile.Open(path, KindName, file => new MihIndex(file, cost));
}
