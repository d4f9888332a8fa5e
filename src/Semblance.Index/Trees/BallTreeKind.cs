using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// Ball trees (Omohundro, "Five balltree construction algorithms", 1989), searched best-first by branch and bound. No row of a ball is
/// nearer than |q − centre| − radius; under inner product none has a larger product than q·centre + radius·|q| (Ram and Gray, "Maximum
/// inner-product search using cone trees", 2012). When no ball that is left can hold a nearer row, the answer is exact.
/// </summary>
internal sealed class BallTreeKind(BallTreeOptions options) : SegmentKind<BallTreeSegment>
{
    public override IReadOnlyList<string> SectionNames => ["ball-nodes", "ball-centres", "ball-longest", "ball-starts", "ball-members", "ball-rows"];

    public override int[] Settings => [options.LeafSize, options.Effort];

    // The packed rows or, with tiny leaves, the centres are the longest array.
    public override int MaxRows(int dimension) => (1 << 29) / dimension;

    public override BallTreeSegment Build(VectorSource vectors, Metric metric, int first, int count, int threads, CancellationToken cancellationToken) =>
        BallTreeBuilder.Build(vectors, first, count, options.LeafSize, threads, cancellationToken);

    public override void Find<T>(BallTreeSegment[] segments, Metric metric, StructureSearch<T> search) => new BallTreeSearch<T>(segments, metric, search).Run();

    public override BallTreeSegment Moved(BallTreeSegment segment, Relocation relocation, int dimension) => segment with
    {
        First = relocation.First,
        Count = relocation.Count,
        Leaves = segment.Leaves.Moved(relocation, groups: 1),
        Rows = LeafRows.Moved(segment.Rows, segment.Leaves, relocation, dimension),
    };

    public override BallTreeSegment InMemory(BallTreeSegment segment) => segment with
    {
        Centres = segment.Centres.InMemory(),
        Leaves = segment.Leaves.InMemory(),
        Rows = segment.Rows.InMemory(),
    };

    public override BallTreeSegment Read(SegmentReader reader, Metric metric, int dimension)
    {
        // Walked by every search: copied, so that what is checked now stays so. The centres may hold anything.
        var nodes = reader.Array<BallNode>().InMemory();
        var centres = reader.Array<float>((long)nodes.Length * dimension);
        var longest = reader.Array<float>(1).InMemory();
        var leaves = new Buckets(reader.Array<int>(((nodes.Length + 1L) / 2) + 1), reader.Array<int>(reader.Count));
        if (nodes.Length == 0 || !TreeShape.IsSound<BallNode>(nodes.Span, 0, leaves.Count, splits: 1))
            throw reader.Damaged("its ball tree is no tree");
        return new BallTreeSegment(
            reader.First, reader.Count, reader.Built, nodes, centres, longest, leaves, reader.Array<float>((long)reader.Count * dimension));
    }

    public override string? Problem(BallTreeSegment segment, Metric metric, VectorSource vectors) =>
        segment.Leaves.Problem(0, segment.Leaves.Count, segment.Count)
        ?? LeafRows.Problem(segment.Rows, segment.Leaves, vectors, segment.First)
        ?? BallProblem(segment, vectors.Dimension);

    // Every ball must hold the rows of all leaves below it.
    private static string? BallProblem(BallTreeSegment segment, int dimension)
    {
        var nodes = segment.Nodes.Span;
        var above = new Stack<(int Node, int End)>();
        for (var node = 0; node < nodes.Length; node++)
        {
            while (above.TryPeek(out var done) && done.End <= node)
                above.Pop();
            // A left child ends where its sibling begins, a right one where the parent ends.
            var end = !above.TryPeek(out var parent) ? nodes.Length : node == parent.Node + 1 ? nodes[parent.Node].Right : parent.End;
            above.Push((node, end));
            if (nodes[node].Right != 0)
                continue;
            var (start, count) = segment.Leaves.Range(nodes[node].Item);
            for (var i = start; i < start + count; i++)
            {
                var row = segment.Rows.Span.Slice(i * dimension, dimension);
                foreach (var (ball, _) in above)
                {
                    if (!(MathF.Sqrt(VectorMath.SquaredL2(segment.Centre(ball, dimension), row)) <= nodes[ball].Radius))
                        return $"row {segment.Leaves.Members.Span[i]} lies outside the ball of node {ball}";
                }
            }
        }
        return null;
    }
}
