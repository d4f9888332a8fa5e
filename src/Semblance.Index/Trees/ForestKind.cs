using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Trees;

/// <summary>
/// Forests of random-projection trees, searched as Annoy does: one queue over all trees of a forest, in which a subtree waits under the smallest
/// margin by which the query is on its side of the planes above it.
/// </summary>
internal sealed class ForestKind(RpForestOptions options) : SegmentKind<ForestSegment>
{
    private readonly PositionMarks.Pool _marks = new();

    public override IReadOnlyList<string> SectionNames => ["rp-roots", "rp-nodes", "rp-planes", "rp-biases", "rp-starts", "rp-members"];

    public override int[] Settings => [options.Trees, options.LeafSize ?? 0, options.Seed, options.Effort ?? 0];

    // The planes, of which uneven splits make at most a few a leaf's rows, or the members are the longest array.
    public override int MaxRows(int dimension) =>
        (int)Math.Max(4096, (1L << 29) / options.Trees / Math.Max(1, dimension / (options.LeafSize ?? ForestBuilder.DefaultLeafSize(dimension))));

    public override ForestSegment Build(VectorSource vectors, Metric metric, int first, int count, int threads, CancellationToken cancellationToken) =>
        new ForestBuilder(vectors, metric, first, count, options, cancellationToken).Build(threads);

    public override void Find<T>(ForestSegment[] segments, Metric metric, StructureSearch<T> search)
    {
        var marks = _marks.Rent(search.Rows.Positions);
        // Each segment collects the same share of its rows. One queue over all would favour the small ones, in whose shallow trees fewer
        // planes can come close to the query.
        var rows = (double)segments[^1].End;
        foreach (var segment in segments)
        {
            var budget = EffortBudget.Of(search.Effort, search.Selectivity) * (segment.Count / rows);
            Find(segment, search, marks, budget, EffortBudget.WhileTooFew(search.Effort) * (segment.Count / rows));
        }
        _marks.Return(marks);
    }

    public override ForestSegment Moved(ForestSegment segment, Relocation relocation, int dimension) => segment with
    {
        First = relocation.First,
        Count = relocation.Count,
        Leaves = segment.Leaves.Moved(relocation, segment.Trees),
    };

    public override ForestSegment InMemory(ForestSegment segment) => segment with
    {
        Planes = segment.Planes.InMemory(),
        Biases = segment.Biases.InMemory(),
        Leaves = segment.Leaves.InMemory(),
    };

    public override ForestSegment Read(SegmentReader reader, Metric metric, int dimension)
    {
        var roots = reader.Array<int>(options.Trees + 1L).InMemory();
        // Walked by every search: copied, so that what is checked now stays so. The planes may hold anything.
        var nodes = reader.Array<ForestNode>().InMemory();
        var planes = reader.Array<float>();
        var count = planes.Length / dimension;
        var biases = reader.Array<float>(metric == Metric.L2 ? count : 0);
        var leaves = new Buckets(reader.Array<int>(), reader.Array<int>((long)reader.Count * options.Trees));
        if (planes.Length % dimension != 0 || leaves.Starts.Length == 0 || !AreTrees(roots.Span, nodes.Span, leaves.Count, count))
            throw reader.Damaged("one of its trees is no tree");
        return new ForestSegment(reader.First, reader.Count, reader.Built, roots, nodes, planes, biases, leaves);
    }

    public override string? Problem(ForestSegment segment, Metric metric, VectorSource vectors)
    {
        var leaf = 0;
        for (var tree = 0; tree < segment.Trees; tree++)
        {
            var next = leaf;
            foreach (var node in segment.Nodes.Span[segment.Roots.Span[tree]..segment.Roots.Span[tree + 1]])
                next += node.Right == 0 ? 1 : 0;
            if (segment.Leaves.Problem(leaf, next, segment.Count) is { } problem)
                return $"in tree {tree} {problem}";
            leaf = next;
        }
        return null;
    }

    private static bool AreTrees(ReadOnlySpan<int> roots, ReadOnlySpan<ForestNode> nodes, int leaves, int planes)
    {
        if (roots[0] != 0 || roots[^1] != nodes.Length)
            return false;
        var leaf = 0;
        for (var tree = 0; tree + 1 < roots.Length; tree++)
        {
            if (roots[tree + 1] <= roots[tree] || roots[tree + 1] > nodes.Length)
                return false;
            var part = nodes[roots[tree]..roots[tree + 1]];
            var own = 0;
            foreach (var node in part)
                own += node.Right == 0 ? 1 : 0;
            if (!TreeShape.IsSound(part, leaf, own, planes))
                return false;
            leaf += own;
        }
        return leaf == leaves;
    }

    private static void Find<T>(ForestSegment segment, StructureSearch<T> search, PositionMarks marks, double budget, double most)
        where T : unmanaged
    {
        var branches = new BoundQueue<Branch>();
        for (var tree = 0; tree < segment.Trees; tree++)
            branches.Push(double.NegativeInfinity, new Branch(tree, 0));
        // As in Annoy a row counts each time a tree leads to it.
        var collected = 0L;
        while (branches.Count > 0 && (collected < budget || (collected < most && search.Count < search.K)))
        {
            var (bound, branch) = branches.Pop();
            if (Descend(segment, bound, branch, branches, search.Query) is not { } leaf)
                continue;
            foreach (var member in segment.Leaves[leaf])
            {
                if ((uint)member >= (uint)segment.Count)
                    continue;
                collected++;
                var position = segment.First + member;
                if (!marks.Add(position))
                    continue;
                search.Visited++;
                if (search.Accepts(position))
                    search.Offer(position);
            }
        }
    }

    // The bucket of the leaf on the query's side of all planes from a node on; the other sides wait. Null when the way down became less
    // promising than what waits elsewhere: then the rest of it waits as well.
    private static int? Descend(ForestSegment segment, double bound, Branch branch, BoundQueue<Branch> branches, ReadOnlySpan<float> query)
    {
        var nodes = segment.Nodes.Span[segment.Roots.Span[branch.Tree]..];
        var at = branch.Node;
        while (nodes[at].Right != 0)
        {
            var node = nodes[at];
            double margin = VectorMath.Dot(query, segment.Planes.Span.Slice(node.Item * query.Length, query.Length));
            if (segment.Biases.Length > 0)
                margin += segment.Biases.Span[node.Item];
            // The queue gives the least first, so margins are waited for under their negative.
            if (margin > 0)
            {
                branches.Push(Math.Max(bound, margin), branch with { Node = at + 1 });
                (at, bound) = (node.Right, Math.Max(bound, -margin));
            }
            else
            {
                branches.Push(Math.Max(bound, -margin), branch with { Node = node.Right });
                (at, bound) = (at + 1, Math.Max(bound, margin));
            }
            if (bound > branches.Least)
            {
                branches.Push(bound, branch with { Node = at });
                return null;
            }
        }
        return nodes[at].Item;
    }

    private readonly record struct Branch(int Tree, int Node);
}
