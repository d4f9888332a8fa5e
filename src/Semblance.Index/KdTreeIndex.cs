using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Segments;
using Semblance.Index.Trees;

namespace Semblance.Index;

/// <summary>
/// k-d tree (Friedman, Bentley and Finkel, "An algorithm for finding best matches in logarithmic expected time", 1977) with
/// best-bin-first search; kind <c>kd-tree</c>. Effort is the number of leaves visited at most; with <see cref="int.MaxValue"/> the search
/// goes on until no leaf can hold a nearer row, and is exact. Fast up to some twenty dimensions; beyond, exactness visits most leaves.
/// </summary>
/// <remarks>
/// Under cosine rows have length 1, so the order by L2 is the order by cosine. Inner product is reduced to L2 by one more coordinate
/// (Bachrach et al. 2014). Memory beside the rows: a second copy of them in the order of the leaves, 4 · dimension bytes a row, and
/// about 6. Built in O(n log n). Rows added later wait in a tail of up to 256 that every search measures, and then in smaller trees.
/// </remarks>
public sealed class KdTreeIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "kd-tree";

    /// <summary>An empty index.</summary>
    public KdTreeIndex(int dimension, Metric metric, KdTreeOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new KdTreeOptions()).Storage, new KdTreeKind(options)) => Options = options;

    private KdTreeIndex(MappedIndexFile file, KdTreeOptions options)
        : base(file, new KdTreeKind(options)) => Options = options with { Storage = Storage };

    public KdTreeOptions Options { get; }

    public override int DefaultEffort => Options.Effort;

    private protected override int BuildThreads => Options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until <see cref="VectorIndex.Save(string)"/>.</summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static KdTreeIndex Open(string path) => MappedIndexFile.Open(path, KindName, static file =>
    {
        var settings = SegmentSections.ReadSettings(file, (1, int.MaxValue), (1, int.MaxValue));
        return new KdTreeIndex(file, new KdTreeOptions { LeafSize = settings[0], Effort = settings[1] });
    });

    private protected override IEnumerable<int> Efforts() => EffortLadder.Up(1, (2 * Count / Options.LeafSize) + 1);
}
