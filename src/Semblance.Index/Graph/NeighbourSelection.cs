using System.Runtime.CompilerServices;
using Semblance.Numerics.Memory;

namespace Semblance.Index.Graph;

/// <summary>
/// Which of the near nodes become neighbours (Malkov and Yashunin 2018, algorithm 4): nearest first, each unless a chosen one is nearer
/// to it than the node itself, so that links go in all directions. At most half of the links go to nodes of the very same code: more would
/// shut a crowd of duplicates off. One per thread.
/// </summary>
internal sealed unsafe class NeighbourSelection
{
    private const int Slack = 16;

    private readonly NodeCodec _codec;
    private readonly HugeMemory _memory;
    private readonly int _room;
    private readonly byte* _query;
    private readonly int* _nodes;
    private readonly int* _limits;
    private readonly int* _distances;
    private readonly ulong* _keys;

    /// <param name="codec">Of the codes.</param>
    /// <param name="room">The most candidates to choose from.</param>
    public NeighbourSelection(NodeCodec codec, int room)
    {
        _codec = codec;
        _room = room + Slack;
        var query = (codec.Width + 63) / 64 * 64;
        _memory = new HugeMemory(query + (_room * ((3L * sizeof(int)) + (2 * sizeof(ulong)))));
        _query = _memory.Start;
        Chosen = (ulong*)(_query + query);
        _keys = Chosen + _room;
        _nodes = (int*)(_keys + _room);
        _limits = _nodes + _room;
        _distances = _limits + _room;
    }

    /// <summary>
    /// How much nearer a chosen neighbour must be to keep a candidate out, as a factor on its squared distance (α of Subramanya et al., "DiskANN", 2019):
    /// above 1 more and longer links stay.
    /// </summary>
    public float Slackness { get; set; } = 1;

    /// <summary>The chosen keys, nearest first.</summary>
    public ulong* Chosen { get; }

    /// <summary>Chooses at most <paramref name="most"/> of the sorted keys, without <paramref name="self"/>; returns how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Choose(GraphLevel graph, ulong* keys, int count, int self, int most)
    {
        var nodes = _nodes;
        var limits = _limits;
        var distances = _distances;
        var slackness = Slackness;
        var left = 0;
        for (var i = 0; i < count; i++)
        {
            nodes[left] = GraphWalk.Node(keys[i]);
            limits[left] = GraphWalk.Distance(keys[i]);
            left += nodes[left] == self ? 0 : 1;
        }
        var taken = 0;
        // Each chosen one strikes out at once all that are nearer to it: few calls over many codes.
        while (left > 0)
        {
            Chosen[taken++] = GraphWalk.Key(limits[0], nodes[0]);
            if (taken == most || --left == 0)
                break;
            _codec.Unpack(graph.CodeOf(nodes[0]), _query);
            nodes++;
            limits++;
            _codec.Distances(_query, graph.Codes, nodes, left, distances);
            var leastLimit = taken >= most / 2 ? 1 : 0;
            var kept = 0;
            for (var i = 0; i < left; i++)
            {
                var (node, limit) = (nodes[i], limits[i]);
                nodes[kept] = node;
                limits[kept] = limit;
                kept += distances[i] * slackness >= limit && limit >= leastLimit ? 1 : 0;
            }
            left = kept;
        }
        return taken;
    }

    /// <summary>Chooses the links of <paramref name="node"/>, whose slots are full, among them and the one in <paramref name="key"/>.</summary>
    public void Renew(GraphLevel graph, int node, ulong key)
    {
        _codec.Unpack(graph.CodeOf(node), _query);
        Renew(graph, node, _query, &key, 1, graph.Slots);
    }

    /// <summary>Chooses the links of <paramref name="node"/> among them and the sorted <paramref name="keys"/>; returns how many.</summary>
    /// <param name="query">The node as a query.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Renew(GraphLevel graph, int node, byte* query, ulong* keys, int count, int most)
    {
        var links = graph.LinksOf(node);
        var degree = graph.Degree(node);
        var total = 0;
        for (; total < count; total++)
            _keys[total] = keys[total] & ~GraphWalk.Expanded;
        if (degree > 0)
            _codec.Distances(query, graph.Codes, links, degree, _distances);
        for (var i = 0; i < degree; i++)
            total = Merge(total, GraphWalk.Key(_distances[i], links[i]));
        var chosen = Choose(graph, _keys, total, node, most);
        // A reader in the midst of this sees old and new links, all of them good.
        for (var i = 0; i < graph.Slots; i++)
            Volatile.Write(ref links[i], i < chosen ? GraphWalk.Node(Chosen[i]) : GraphLevel.EmptySlot);
        return chosen;
    }

    /// <summary>Sorts scattered nodes by their distance from <paramref name="node"/> and chooses at most <paramref name="most"/> of them.</summary>
    public int ChooseAmong(GraphLevel graph, int node, ReadOnlySpan<int> candidates, int most)
    {
        _codec.Unpack(graph.CodeOf(node), _query);
        var total = 0;
        for (var start = 0; start < candidates.Length && total < _room - Slack; start += Slack)
        {
            var count = Math.Min(Slack, candidates.Length - start);
            fixed (int* nodes = candidates.Slice(start, count))
                _codec.Distances(_query, graph.Codes, nodes, count, _distances);
            for (var i = 0; i < count && total < _room - Slack; i++)
                total = Merge(total, GraphWalk.Key(_distances[i], candidates[start + i]));
        }
        return Choose(graph, _keys, total, node, most);
    }

    // Into its place, unless it is there; returns the new number of keys.
    private int Merge(int total, ulong key)
    {
        var place = total;
        while (place > 0 && _keys[place - 1] > key)
            place--;
        if (place > 0 && _keys[place - 1] == key)
            return total;
        new Span<ulong>(_keys + place, total - place).CopyTo(new Span<ulong>(_keys + place + 1, total - place));
        _keys[place] = key;
        return total + 1;
    }
}
