namespace Semblance.Index.Graph;

/// <summary>The graph as readers see it. Its levels may take in nodes beside them; anything else needs another state.</summary>
/// <param name="Codec">Of the codes in <paramref name="Levels"/>.</param>
/// <param name="Levels">Lowest first, none empty; node 0 of the highest is where every walk begins.</param>
/// <param name="M">Links a node chooses above the lowest level.</param>
/// <param name="TrainedRows">Rows from which the codec learned.</param>
internal sealed record GraphState(NodeCodec Codec, GraphLevel[] Levels, int M, int TrainedRows)
{
    public int Count => Levels[0].Count;

    public bool IsMapped => Levels[0].IsMapped;

    public SearchContext NewContext() => Codec.NewContext(Levels[0].Slots);

    /// <summary>The node of the lowest level under the first of the highest.</summary>
    public unsafe int LowestEntry
    {
        get
        {
            var node = 0;
            for (var level = Levels.Length - 1; level > 0; level--)
                node = Levels[level].Below[node];
            return node;
        }
    }

    /// <summary>Walks down to a node of the lowest level near the query in <paramref name="context"/>.</summary>
    public unsafe int Descend(SearchContext context)
    {
        var node = 0;
        for (var level = Levels.Length - 1; level > 0; level--)
        {
            node = Levels[level].Below[GraphWalk.Descend(Levels[level], context, node)];
            // A mapped file may say anything.
            if ((uint)node >= (uint)Levels[level - 1].Count)
                node = 0;
        }
        return node;
    }

    /// <summary>The same graph in memory of its own, with room for <paramref name="nodes"/> nodes on the lowest level.</summary>
    public GraphState WithRoomFor(int nodes)
    {
        var levels = new GraphLevel[Levels.Length];
        for (var level = 0; level < levels.Length; level++)
        {
            levels[level] = Levels[level].Copy(level == 0 ? Capacity(nodes) : Capacity(Levels[level].Count));
            if (level > 0 && IsMapped)
                levels[level].StandOn(levels[level - 1]);
        }
        return this with { Levels = levels };
    }

    /// <summary>Room to reserve: pages that are never touched cost nothing, and a full level must be copied.</summary>
    public static int Capacity(int nodes) => (int)Math.Min(int.MaxValue / 2, 1024 + (nodes * 3L / 2));

    public void KeepAlive()
    {
        foreach (var level in Levels)
            level.KeepAlive();
    }
}
