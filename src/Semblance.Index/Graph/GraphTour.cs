namespace Semblance.Index.Graph;

/// <summary>A way through the lowest level that goes from neighbour to neighbour, depth first.</summary>
internal static unsafe class GraphTour
{
    /// <summary>
    /// Indexes into <paramref name="nodes"/>, each once, in the order in which the tour meets them; those outside the level and repeated ones come
    /// last. Takes O(nodes and links of the level).
    /// </summary>
    public static int[] Order(GraphLevel level, ReadOnlySpan<int> nodes)
    {
        var count = level.Count;
        var wanted = new int[count]; // Index in nodes + 1; 0 for a node that is not asked for.
        var order = new int[nodes.Length];
        var last = order.Length;
        for (var i = 0; i < nodes.Length; i++)
        {
            if ((uint)nodes[i] < (uint)count && wanted[nodes[i]] == 0)
                wanted[nodes[i]] = i + 1;
            else
                order[--last] = i;
        }
        var seen = new bool[count];
        var stack = new Stack<int>();
        var done = 0;
        foreach (var start in nodes)
        {
            if ((uint)start >= (uint)count || seen[start])
                continue;
            seen[start] = true;
            stack.Push(start);
            while (done < last && stack.TryPop(out var node))
            {
                if (wanted[node] > 0)
                    order[done++] = wanted[node] - 1;
                var links = level.LinksOf(node);
                // The nearest are pushed last and come next.
                for (var slot = level.Degree(node) - 1; slot >= 0; slot--)
                {
                    var next = links[slot];
                    if ((uint)next >= (uint)count || seen[next])
                        continue;
                    seen[next] = true;
                    stack.Push(next);
                }
            }
        }
        level.KeepAlive();
        return order;
    }
}
