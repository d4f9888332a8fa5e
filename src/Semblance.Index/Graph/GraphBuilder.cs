using System.Runtime.CompilerServices;
using Semblance.Numerics;

namespace Semblance.Index.Graph;

/// <summary>
/// Inserts nodes into the levels (Malkov and Yashunin 2018, algorithms 1 and 4). One thread, or several that lock one node's links at a time. All distances are
/// those of the codes; only the node being inserted may bring its finer levels.
/// </summary>
internal sealed unsafe class GraphBuilder
{
    private readonly TraversalCodec _codec;
    private readonly int _m;
    private readonly int _ef;
    private readonly int[]?[] _locks; // One word a node and level; none on one thread.

    /// <param name="codec">Of the levels' codes.</param>
    /// <param name="levels">Lowest first.</param>
    /// <param name="m">Links that an inserted node chooses.</param>
    /// <param name="ef">Candidates among which it chooses.</param>
    /// <param name="isParallel">Whether several threads will insert.</param>
    public GraphBuilder(TraversalCodec codec, GraphLevel[] levels, int m, int ef, bool isParallel)
    {
        _codec = codec;
        Levels = levels;
        _m = m;
        _ef = ef;
        _locks = new int[]?[levels.Length];
        if (isParallel)
        {
            for (var level = 0; level < levels.Length; level++)
                _locks[level] = new int[levels[level].Capacity];
        }
    }

    public GraphLevel[] Levels { get; }

    /// <summary>The highest level of the node at <paramref name="position"/>: geometric with mean 1 / ln M, a function of seed and position alone.</summary>
    public static int LevelOf(int position, int m, long seed)
    {
        var uniform = new SeededRandom(unchecked((seed * 31) + position)).NextDouble();
        return Math.Min(MaxLevel, (int)(-Math.Log(1 - uniform) / Math.Log(m)));
    }

    public const int MaxLevel = 15;

    /// <summary>Links a node into the levels 0…<paramref name="indexes"/>.Length − 1.</summary>
    /// <param name="indexes">The node's index in each of its levels; link slots cleared, codes and <see cref="GraphLevel.Below"/> set.</param>
    /// <param name="query">Its levels as a query.</param>
    /// <param name="entry">A node of the highest level, inserted before.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(ReadOnlySpan<int> indexes, byte* query, int entry, SearchContext context, NeighbourSelection selection)
    {
        var at = entry;
        for (var level = Levels.Length - 1; level >= 0; level--)
        {
            var graph = Levels[level];
            if (level >= indexes.Length)
            {
                at = GraphWalk.Descend(_codec, graph, context, query, at);
            }
            else
            {
                var found = GraphWalk.Search(_codec, graph, context, query, at, _ef);
                at = GraphWalk.Node(context.Pool[0]);
                Link(graph, level, indexes[level], found, context, selection);
            }
            if (level > 0)
                at = graph.Below[at];
        }
    }

    private void Link(GraphLevel graph, int level, int node, int found, SearchContext context, NeighbourSelection selection)
    {
        var chosen = selection.Choose(graph, context.Pool, found, node, _m);
        var links = graph.LinksOf(node);
        var locks = _locks[level];
        Enter(locks, node);
        // Another thread may have linked to this node already; its links come after the chosen ones, as far as there is room.
        var degree = graph.Degree(node);
        if (degree == 0)
        {
            for (var i = 0; i < chosen; i++)
                Volatile.Write(ref links[i], GraphWalk.Node(selection.Chosen[i]));
        }
        else
        {
            for (var i = 0; i < chosen; i++)
                Add(graph, node, selection.Chosen[i], selection);
        }
        Leave(locks, node);
        for (var i = 0; i < chosen; i++)
        {
            var other = GraphWalk.Node(selection.Chosen[i]);
            Enter(locks, other);
            Add(graph, other, GraphWalk.Key(GraphWalk.Distance(selection.Chosen[i]), node), selection);
            Leave(locks, other);
        }
    }

    // Adds the link to the node of the key; where there is no room, chooses anew among the old ones and this one.
    private static void Add(GraphLevel graph, int node, ulong key, NeighbourSelection selection)
    {
        var links = graph.LinksOf(node);
        var degree = 0;
        var added = GraphWalk.Node(key);
        while (degree < graph.Slots && (uint)links[degree] < (uint)graph.Capacity)
        {
            if (links[degree++] == added)
                return;
        }
        if (degree < graph.Slots)
            Volatile.Write(ref links[degree], added);
        else
            selection.Renew(graph, node, key);
    }

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
