using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Hashing;
using Semblance.Index.Segments;

namespace Semblance.Index;

/// <summary>
/// Cross-polytope locality-sensitive hashing (Andoni et al. 2015), after FALCONN; kind <c>lsh</c>. Several tables, in each of which rows of
/// like direction share a cell; a search looks into the likeliest cells of all tables and ranks what it finds there.
/// Effort is the number of cells looked into; below the number of tables some tables are left out.
/// </summary>
/// <remarks>
/// <para>
/// The hash tells directions apart, not distances. Under cosine and L2 directions are taken from the mean of the rows, which suits rows
/// whose distances from it differ little: near rows then lie in a like direction. Where they differ much, L2 neighbours close to the mean
/// are missed. Under inner product one more coordinate makes all rows equally long (Neyshabur and Srebro, "On symmetric and asymmetric
/// LSHs for inner product search", 2015); rows much shorter than the longest all get much the same direction, and recall suffers.
/// </para>
/// <para>
/// Memory beside the rows: some 8 bytes a row and table, and 12 to 24 · dimension bytes for each hash function. Rows added later wait in a
/// tail of up to 256 that every search ranks, and then in smaller tables.
/// </para>
/// </remarks>
public sealed class LshIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "lsh";

    private const int MostProbes = 1 << 20;

    /// <summary>An empty index.</summary>
    public LshIndex(int dimension, Metric metric, LshOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new LshOptions()).Storage, new LshKind(options)) => Options = options;

    private LshIndex(MappedIndexFile file, LshOptions options)
        : base(file, new LshKind(options)) => Options = options with { Storage = Storage };

    public LshOptions Options { get; }

    public override int DefaultEffort => Options.Effort;

    private protected override int BuildThreads => Options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until <see cref="VectorIndex.Save(string)"/>.</summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static LshIndex Open(string path) => MappedIndexFile.Open(path, KindName, static file =>
    {
        var settings = SegmentSections.ReadSettings(file, (1, 1024), (0, 26), (int.MinValue, int.MaxValue), (1, int.MaxValue));
        return new LshIndex(file, new LshOptions
        {
            Tables = settings[0],
            Bits = settings[1] == 0 ? null : settings[1],
            Seed = settings[2],
            Effort = settings[3],
        });
    });

    private protected override IEnumerable<int> Efforts() => EffortLadder.Up(Options.Tables, Math.Min(MostProbes, Count * Options.Tables));
}
