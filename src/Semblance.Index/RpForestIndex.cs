using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Segments;
using Semblance.Index.Trees;

namespace Semblance.Index;

/// <summary>
/// Forest of random-projection trees, after Annoy (Bernhardsson); kind <c>rp-forest</c>. Each tree parts the rows by planes between two
/// centroids of a sample; a search follows all trees at once, nearest planes first, until it has collected enough rows, and ranks those.
/// Effort is the number of rows collected, a row counting once for every tree that leads to it (Annoy's <c>search_k</c>).
/// </summary>
/// <remarks>
/// Under inner product one more coordinate makes all rows equally long (Bachrach et al. 2014). Memory beside the rows: for each tree 4
/// bytes a row and a plane of 4 · dimension bytes for each two leaves. Rows added later wait in a tail of up to 256 that every search
/// ranks, and then in smaller forests.
/// </remarks>
public sealed class RpForestIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "rp-forest";

    private const int CandidatesPerTree = 10;

    /// <summary>An empty index.</summary>
    public RpForestIndex(int dimension, Metric metric, RpForestOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new RpForestOptions()).Storage, new ForestKind(options)) => Options = options;

    private RpForestIndex(MappedIndexFile file, RpForestOptions options)
        : base(file, new ForestKind(options)) => Options = options with { Storage = Storage };

    public RpForestOptions Options { get; }

    public override int DefaultEffort => Options.Effort ?? (Options.Trees * CandidatesPerTree);

    private protected override int BuildThreads => Options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until <see cref="VectorIndex.Save(string)"/>.</summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static RpForestIndex Open(string path) => MappedIndexFile.Open(path, KindName, static file =>
    {
        var settings = SegmentSections.ReadSettings(file, (1, 4096), (0, int.MaxValue), (int.MinValue, int.MaxValue), (0, int.MaxValue));
        return new RpForestIndex(file, new RpForestOptions
        {
            Trees = settings[0],
            LeafSize = settings[1] == 0 ? null : settings[1],
            Seed = settings[2],
            Effort = settings[3] == 0 ? null : settings[3],
        });
    });

    private protected override IEnumerable<int> Efforts() => EffortLadder.Up(Options.Trees, Count * Options.Trees);
}
