using Semblance.Index.Engine;
using Semblance.Index.Files;
using Semblance.Index.Segments;
using Semblance.Index.Trees;

namespace Semblance.Index;

/// <summary>
/// Ball tree (Omohundro, "Five balltree construction algorithms", 1989) with best-first branch and bound; kind <c>ball-tree</c>.
/// Effort is the number of leaves visited at most; with <see cref="int.MaxValue"/> the search goes on until no ball can hold a nearer
/// row, and is exact. Its bounds use all dimensions at once, so it stands more of them than a k-d tree where the data is clustered.
/// </summary>
/// <remarks>
/// Works in the metric itself, inner product included (Ram and Gray 2012). Memory beside the rows: a second copy of them in the order of
/// the leaves, 4 · dimension bytes a row, and centres, about 12 · dimension / leaf size. Built in O(n log n) distances. Rows added later
/// wait in a tail of up to 256 that every search measures, and then in smaller trees.
/// </remarks>
public sealed class BallTreeIndex : VectorIndex
{
    /// <summary>The value of <see cref="IRowIndex.Kind"/>.</summary>
    public const string KindName = "ball-tree";

    /// <summary>An empty index.</summary>
    public BallTreeIndex(int dimension, Metric metric, BallTreeOptions? options = null)
        : base(KindName, dimension, metric, (options ??= new BallTreeOptions()).Storage, new BallTreeKind(options)) => Options = options;

    private BallTreeIndex(MappedIndexFile file, BallTreeOptions options)
        : base(file, new BallTreeKind(options)) => Options = options with { Storage = Storage };

    public BallTreeOptions Options { get; }

    public override int DefaultEffort => Options.Effort;

    private protected override int BuildThreads => Options.BuildThreads;

    /// <summary>Opens a file read-only and maps it. Changes made afterwards stay in memory until <see cref="VectorIndex.Save(string)"/>.</summary>
    /// <exception cref="IndexFileException">The file cannot be used; the message is a sentence.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static BallTreeIndex Open(string path) => MappedIndexFile.Open(path, KindName, static file =>
    {
        var settings = SegmentSections.ReadSettings(file, (1, int.MaxValue), (1, int.MaxValue));
        return new BallTreeIndex(file, new BallTreeOptions { LeafSize = settings[0], Effort = settings[1] });
    });

    private protected override IEnumerable<int> Efforts() => EffortLadder.Up(1, (2 * Count / Options.LeafSize) + 1);
}
