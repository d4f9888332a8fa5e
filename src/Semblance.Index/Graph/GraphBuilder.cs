using System.Runtime.CompilerServices;
using Semblance.Numerics;

namespace Semblance.Index.Graph;

/// <summary>
/// Links nodes into the levels (Malkov and Yashunin 2018, algorithms 1 and 4). One thread, or several that lock one node's links at a
/// time. All distances are those of the codes; only the node at hand brings its finer levels.
/// </summary>
internal sealed unsafe class GraphBuilder
{
    /// <summary>No node stands higher; 16¹⁵ nodes would be needed to.</summary>
    public const int MaxLevel = 15;

    private readonly NodeCodec _codec;
    private readonly GraphLevel[] _levels;
    private readonly int _m;
    private readonly int _ef;
    private readonly int[]?[] _locks; // One word a node and level; none on one thread.

    /// <param name="codec">Of the levels' codes.</param>
    /// <param name="levels">Lowest first.</param>
    /// <param name="m">Links that a node chooses on the upper levels; twice as many on the lowest.</param>
    /// <param name="ef">Candidates among which it chooses.</param>
    /// <param name="isParallel">Whether several threads will insert.</param>
    public GraphBuilder(NodeCodec codec, GraphLevel[] levels, int m, int ef, bool isParallel)
    {
        _codec = codec;
        _levels = levels;
        _m = m;
        _ef = ef;
        _locks = new int[]?[levels.Length];
        if (isParallel)
        {
            for (var level = 0; level < levels.Length; level++)
                _locks[level] = new int[levels[level].Capacity];
        }
    }

    /// <summary>
    /// Whether a node that chooses anew keeps a neighbour that nobody else may link to. Not needed where
    /// <see cref="Reachability.Connect"/> follows.
    /// </summary>
    public bool KeepsLinked { get; init; }

    /// <summary>The highest level of the node at <paramref name="position"/>: geometric with ratio 1/M, a function of seed and position alone.</summary>
    public static int LevelOf(int position, int m, long seed)
    {
        var uniform = new SeededRandom(unchecked((seed * 0x5851F42D4C957F2D) + position)).NextDouble();
        return Math.Min(MaxLevel, (int)(-Math.Log(1 - uniform) / Math.Log(m)));
    }

    public NeighbourSelection NewSelection() => new(_codec, _ef + _levels[0].Slots);

    /// <summary>Links a node into the levels 0…<paramref name="indexes"/>.Length − 1.</summary>
    /// <param name="indexes">The node's index in each of its levels; its codes and <see cref="GraphLevel.Below"/> are set, its links empty.</param>
    /// <param name="entry">A node of the highest level, linked before.</param>
    /// <param name="context">With the node loaded as the query.</param>
    public void Insert(ReadOnlySpan<int> indexes, int entry, SearchContext context, NeighbourSelection selection)
    {
        var at = entry;
        for (var level = _levels.Length - 1; level >= 0; level--)
        {
            var graph = _levels[level];
            if (level >= indexes.Length)
            {
                at = GraphWalk.Descend(graph, context, at);
            }
            else
            {
                var found = GraphWalk.Search(graph, context, at, _ef);
                at = GraphWalk.Node(context.Pool[0]);
                Link(level, indexes[level], found, context, selection);
            }
            if (level > 0)
                at = graph.Below[at];
        }
    }

    /// <summary>
    /// Chooses the links of a node of the lowest level again, when all nodes are there: those inserted early have seen few. Cuts the
    /// distances of a search at equal recall by a sixth.
    /// </summary>
    /// <param name="context">With the node loaded as the query.</param>
    public void Refine(int node, int entry, SearchContext context, NeighbourSelection selection)
    {
        var at = entry;
        for (var level = _levels.Length - 1; level > 0; level--)
            at = _levels[level].Below[GraphWalk.Descend(_levels[level], context, at)];
        var found = GraphWalk.Search(_levels[0], context, at, _ef);
        Link(0, node, found, context, selection);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Link(int level, int node, int found, SearchContext context, NeighbourSelection selection)
    {
        var graph = _levels[level];
        var locks = _locks[level];
        Enter(locks, node);
        // Another thread may have linked to this node already: its links take part.
        var chosen = selection.Renew(graph, node, context.Query, context.Pool, found, level == 0 ? graph.Slots : _m);
        Leave(locks, node);
        // The selection's list is overwritten when a neighbour chooses anew.
        var links = new Span<ulong>(context.Pool, chosen);
        new Span<ulong>(selection.Chosen, chosen).CopyTo(links);
        var linked = false;
        foreach (var key in links)
        {
            var other = GraphWalk.Node(key);
            Enter(locks, other);
            linked |= Add(graph, other, GraphWalk.Key(GraphWalk.Distance(key), node), selection);
            Leave(locks, other);
        }
        if (!linked && chosen > 0)
            Force(graph, locks, node, links);
    }

    // A node that no neighbour links to would never be found: one takes it in, beside its links or in place of the farthest.
    private static void Force(GraphLevel graph, int[]? locks, int node, ReadOnlySpan<ulong> neighbours)
    {
        var host = GraphWalk.Node(neighbours[0]);
        foreach (var key in neighbours)
        {
            if (graph.Degree(GraphWalk.Node(key)) == graph.Slots)
                continue;
            host = GraphWalk.Node(key);
            break;
        }
        Enter(locks, host);
        Volatile.Write(ref graph.LinksOf(host)[Math.Min(graph.Degree(host), graph.Slots - 1)], node);
        Leave(locks, host);
    }

    // Adds the link to the node of the key; where there is no room, chooses anew among the old ones and this one. False when it was not chosen.
    private bool Add(GraphLevel graph, int node, ulong key, NeighbourSelection selection)
    {
        var links = graph.LinksOf(node);
        var degree = graph.Degree(node);
        var added = GraphWalk.Node(key);
        if (new ReadOnlySpan<int>(links, degree).Contains(added))
            return true;
        if (degree < graph.Slots)
        {
            Volatile.Write(ref links[degree], added);
            return true;
        }
        if (!KeepsLinked)
        {
            selection.Renew(graph, node, key);
            return new ReadOnlySpan<int>(links, graph.Slots).Contains(added);
        }
        Span<int> before = stackalloc int[degree];
        new ReadOnlySpan<int>(links, degree).CopyTo(before);
        selection.Renew(graph, node, key);
        degree = graph.Degree(node);
        foreach (var old in before)
        {
            if (degree < graph.Slots && !Neighbours(graph, node).Contains(old) && !IsLinkedBack(graph, old))
                Volatile.Write(ref links[degree++], old);
        }
        return Neighbours(graph, node).Contains(added);
    }

    // Whether one of a node's neighbours links to it; others may as well, but these are the ones that are cheap to ask.
    private static bool IsLinkedBack(GraphLevel graph, int node)
    {
        foreach (var neighbour in Neighbours(graph, node))
        {
            if (Neighbours(graph, neighbour).Contains(node))
                return true;
        }
        return false;
    }

    private static ReadOnlySpan<int> Neighbours(GraphLevel graph, int node) => new(graph.LinksOf(node), graph.Degree(node));

    private static void Enter(int[]? locks, int node)
    {
        if (locks is null)
            return;
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref locks[node], 1, 0) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    private static void Leave(int[]? locks, int node)
    {
        if (locks is not null)
            Volatile.Write(ref locks[node], 0);
    }
}
