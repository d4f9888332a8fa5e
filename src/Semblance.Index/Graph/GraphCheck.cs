namespace Semblance.Index.Graph;

/// <summary>What can be wrong with a graph, as sentences; the first finding of each sort on each level.</summary>
internal static unsafe class GraphCheck
{
    /// <param name="isDeleted">By position; such nodes need not be reachable. Null to leave out whether nodes are.</param>
    public static void Run(GraphState state, int positions, Func<int, bool>? isDeleted, List<string> problems)
    {
        if (state.Count != positions)
            problems.Add($"The graph has {state.Count} nodes and the index {positions} rows.");
        var before = problems.Count;
        for (var level = 0; level < state.Levels.Length; level++)
        {
            Links(state.Levels[level], level, problems);
            if (level > 0)
                Below(state.Levels[level], level, state.Levels[level - 1].Count, problems);
        }
        if (problems.Count > before || isDeleted is null)
            return;
        var seen = Reachability.From(state.Levels[0], state.LowestEntry, out _);
        for (var node = 0; node < Math.Min(positions, seen.Length); node++)
        {
            if (seen[node] == 0 && !isDeleted(node))
            {
                problems.Add($"No path in the graph leads to row {node}.");
                break;
            }
        }
        state.KeepAlive();
    }

    private static void Links(GraphLevel graph, int level, List<string> problems)
    {
        var count = graph.Count;
        for (var node = 0; node < count; node++)
        {
            var links = graph.LinksOf(node);
            var ended = false;
            for (var slot = 0; slot < graph.Slots; slot++)
            {
                if (links[slot] == GraphLevel.EmptySlot)
                {
                    ended = true;
                }
                else if (ended || (uint)links[slot] >= (uint)count)
                {
                    problems.Add($"Level {level} of the graph is damaged: node {node} of {count} has the link {links[slot]}.");
                    return;
                }
            }
        }
    }

    private static void Below(GraphLevel graph, int level, int lower, List<string> problems)
    {
        for (var node = 0; node < graph.Count; node++)
        {
            if ((uint)graph.Below[node] >= (uint)lower)
            {
                problems.Add($"Level {level} of the graph is damaged: node {node} stands above {graph.Below[node]}, of {lower} nodes.");
                return;
            }
        }
    }
}
