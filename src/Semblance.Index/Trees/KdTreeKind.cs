using Semblance.Index.Segments;
using Semblance.Index.Structures;

namespace Semblance.Index.Trees;

/// <summary>
/// k-d trees, searched from the leaf whose region is nearest on (best-bin-first: Beis and Lowe, "Shape indexing using approximate
/// nearest-neighbour search in high-dimensional spaces", 1997). A region's distance changes by one coordinate a level (Arya and Mount,
/// "Algorithms for fast vector quantization", 1993) and starts from the box of all rows. When no region that is left can hold a nearer
/// row, the answer is exact.
/// </summary>
internal sealed class KdTreeKind(KdTreeOptions options) : SegmentKind<KdTreeSegment>
{
    public override IReadOnlyList<string> SectionNames => ["kd-nodes", "kd-box", "kd-starts", "kd-members", "kd-rows"];

    public override int[] Settings => [options.LeafSize, options.Effort];

    // The packed rows are the longest array.
    public override int MaxRows(int dimension) => (1 << 30) / dimension;

    public override KdTreeSegment Build(VectorSource vectors, Metric metric, int first, int count, int threads, CancellationToken cancellationToken) =>
        KdTreeBuilder.Build(vectors, metric, first, count, options.LeafSize, threads, cancellationToken);

    public override void Find<T>(KdTreeSegment[] segments, Metric metric, StructureSearch<T> search) => new KdTreeSearch<T>(segments, metric, search).Run();

    public override KdTreeSegment Moved(KdTreeSegment segment, Relocation relocation, int dimension) => segment with
    {
        First = relocation.First,
        Count = relocation.Count,
        Leaves = segment.Leaves.Moved(relocation, groups: 1),
        Rows = LeafRows.Moved(segment.Rows, segment.Leaves, relocation, dimension),
    };

    public override KdTreeSegment InMemory(KdTreeSegment segment) => segment with
    {
        Leaves = segment.Leaves.InMemory(),
        Rows = segment.Rows.InMemory(),
    };

    public override KdTreeSegment Read(SegmentReader reader, Metric metric, int dimension)
    {
        var width = Width(metric, dimension);
        // Small and walked by every search: copied, so that what is checked now stays so.
        var nodes = reader.Array<KdNode>().InMemory();
        var box = reader.Array<float>((2L * width) + 1).InMemory();
        var leaves = new Buckets(reader.Array<int>(((nodes.Length + 1L) / 2) + 1), reader.Array<int>(reader.Count));
        if (nodes.Length == 0 || !TreeShape.IsSound<KdNode>(nodes.Span, 0, leaves.Count, width))
            throw reader.Damaged("its k-d tree is no tree");
        return new KdTreeSegment(reader.First, reader.Count, reader.Built, nodes, box, leaves, reader.Array<float>((long)reader.Count * dimension));
    }

    public override string? Problem(KdTreeSegment segment, Metric metric, VectorSource vectors) =>
        segment.Leaves.Problem(0, segment.Leaves.Count, segment.Count)
        ?? LeafRows.Problem(segment.Rows, segment.Leaves, vectors, segment.First)
        ?? RegionProblem(segment, metric, vectors.Dimension);

    public static int Width(Metric metric, int dimension) => dimension + (metric == Metric.InnerProduct ? 1 : 0);

    private static string? RegionProblem(KdTreeSegment segment, Metric metric, int dimension)
    {
        var width = Width(metric, dimension);
        var box = segment.Box.Span;
        var regions = new Stack<(int Node, float[] Low, float[] High)>();
        regions.Push((0, box[..width].ToArray(), box.Slice(width, width).ToArray()));
        while (regions.TryPop(out var region))
        {
            var node = segment.Nodes.Span[region.Node];
            if (node.Right == 0)
            {
                var (start, count) = segment.Leaves.Range(node.Item);
                for (var i = start; i < start + count; i++)
                {
                    var row = segment.Rows.Span.Slice(i * dimension, dimension);
                    for (var j = 0; j < dimension; j++)
                    {
                        if (!(row[j] >= region.Low[j] && row[j] <= region.High[j]))
                            return $"row {segment.Leaves.Members.Span[i]} lies outside the region of its leaf in dimension {j}";
                    }
                }
                continue;
            }
            var (leftHigh, rightLow) = ((float[])region.High.Clone(), (float[])region.Low.Clone());
            leftHigh[node.Item] = node.Low;
            rightLow[node.Item] = node.High;
            regions.Push((node.Right, rightLow, region.High));
            regions.Push((region.Node + 1, region.Low, leftHigh));
        }
        return null;
    }
}
