using System.Runtime.CompilerServices;

namespace Semblance.Index.Graph;

/// <summary>
/// Which of the near nodes become neighbours (Malkov and Yashunin 2018, algorithm 4): nearest first, each unless a chosen one is nearer to it than
/// the node itself, so that links go in all directions. One per thread.
/// </summary>
internal sealed unsafe class NeighbourSelection
{
    private readonly TraversalCodec _codec;
    private readonly HugeMemory _memory;
    private readonly int _room;
    private readonly byte* _query;
    private readonly int* _nodes;
    private readonly int* _limits;
    private readonly int* _distances;
    private readonly ulong* _renewed;
    private readonly ulong* _chosenAnew;

    /// <param name="codec">Of the codes.</param>
    /// <param name="room">The most candidates to choose from.</param>
    public NeighbourSelection(TraversalCodec codec, int room)
    {
        _codec = codec;
        _room = room + 16;
        var query = (codec.Width + 63) / 64 * 64;
        _memory = new HugeMemory(query + (_room * (3L * sizeof(int) + 3 * sizeof(ulong))));
        _query = _memory.Start;
        Chosen = (ulong*)(_query + query);
        _renewed = Chosen + _room;
        _chosenAnew = _renewed + _room;
        _nodes = (int*)(_chosenAnew + _room);
        _limits = _nodes + _room;
        _distances = _limits + _room;
    }

    /// <summary>The chosen keys, nearest first, after <see cref="Choose"/>.</summary>
    public ulong* Chosen { get; }

    /// <summary>Chooses at most <paramref name="most"/> of the sorted keys, without <paramref name="self"/>; returns how many.</summary>
    public int Choose(GraphLevel graph, ulong* keys, int count, int self, int most) => Select(graph, keys, count, self, most, Chosen);

    /// <summary>Chooses the links of <paramref name="node"/>, whose slots are full, among them and the one in <paramref name="key"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Renew(GraphLevel graph, int node, ulong key)
    {
        var links = graph.LinksOf(node);
        var degree = graph.Degree(node);
        _codec.Unpack(graph.CodeOf(node), _query);
        _codec.Distances(_query, graph.Codes, links, degree, _distances);
        _renewed[0] = key;
        for (var i = 0; i < degree; i++)
        {
            var one = GraphWalk.Key(_distances[i], links[i]);
            var place = i + 1;
            for (; place > 0 && _renewed[place - 1] > one; place--)
                _renewed[place] = _renewed[place - 1];
            _renewed[place] = one;
        }
        var chosen = Select(graph, _renewed, degree + 1, node, graph.Slots, _chosenAnew);
        // A reader in the midst of this sees old and new links, all of them good.
        for (var i = 0; i < chosen; i++)
            Volatile.Write(ref links[i], GraphWalk.Node(_chosenAnew[i]));
        for (var i = chosen; i < graph.Slots; i++)
            Volatile.Write(ref links[i], GraphLevel.EmptySlot);
    }

    // Each chosen one strikes out at once all that are nearer to it: few calls over many codes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Select(GraphLevel graph, ulong* keys, int count, int self, int most, ulong* chosen)
    {
        var nodes = _nodes;
        var limits = _limits;
        var distances = _distances;
        var left = 0;
        for (var i = 0; i < count; i++)
        {
            nodes[left] = GraphWalk.Node(keys[i]);
            limits[left] = GraphWalk.Distance(keys[i]);
            left += nodes[left] == self ? 0 : 1;
        }
        var taken = 0;
        while (left > 0)
        {
            chosen[taken++] = GraphWalk.Key(limits[0], nodes[0]);
            if (taken == most || --left == 0)
                break;
            _codec.Unpack(graph.CodeOf(nodes[0]), _query);
            nodes++;
            limits++;
            _codec.Distances(_query, graph.Codes, nodes, left, distances);
            var kept = 0;
            for (var i = 0; i < left; i++)
            {
                var (node, limit) = (nodes[i], limits[i]);
                nodes[kept] = node;
                limits[kept] = limit;
                kept += distances[i] >= limit ? 1 : 0;
            }
            left = kept;
        }
        return taken;
    }
}
