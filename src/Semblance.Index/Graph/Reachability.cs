namespace Semblance.Index.Graph;

/// <summary>Which nodes of a level a walk can come to, and links for those it cannot. O(links).</summary>
internal static unsafe class Reachability
{
    /// <summary>One byte a node, 1 for those that lead from <paramref name="entry"/> comes to.</summary>
    public static byte[] From(GraphLevel graph, int entry, out int reached)
    {
        var seen = new byte[graph.Count];
        var queue = new Queue<int>();
        reached = 0;
        Spread(graph, entry, seen, queue, ref reached);
        return seen;
    }

    /// <summary>Links every node that cannot be reached to the nearest one that can and has room, so that afterwards all can.</summary>
    /// <param name="entry">A node of the level, to begin from.</param>
    public static void Connect(GraphLevel graph, int entry, int ef, SearchContext context)
    {
        var seen = From(graph, entry, out var reached);
        var queue = new Queue<int>();
        for (var node = 0; node < seen.Length && reached < seen.Length; node++)
        {
            if (seen[node] != 0)
                continue;
            context.LoadCode(graph.CodeOf(node));
            Adopt(graph, node, Host(graph, node, entry, ef, seen, context));
            Spread(graph, node, seen, queue, ref reached);
        }
    }

    // All that a walk from the entry finds can be reached. Where all near ones are full, more are looked at; there is room somewhere, or the
    // links would outnumber the nodes' slots.
    private static int Host(GraphLevel graph, int node, int entry, int ef, byte[] seen, SearchContext context)
    {
        while (true)
        {
            var found = GraphWalk.Search(graph, context, entry, ef);
            var nearest = -1;
            for (var i = 0; i < found; i++)
            {
                var host = GraphWalk.Node(context.Pool[i]);
                if (host == node || seen[host] == 0)
                    continue;
                if (graph.Degree(host) < graph.Slots)
                    return host;
                if (nearest < 0)
                    nearest = host;
            }
            if (found < ef || ef >= graph.Count)
                return nearest < 0 ? entry : nearest;
            ef = (int)Math.Min(graph.Count, ef * 4L);
        }
    }

    private static void Adopt(GraphLevel graph, int node, int host)
    {
        var degree = graph.Degree(host);
        if (degree < graph.Slots)
        {
            Volatile.Write(ref graph.LinksOf(host)[degree], node);
            return;
        }
        // No room anywhere near: the node goes in between the host and its farthest neighbour, which stays reachable through it.
        var moved = graph.LinksOf(host)[degree - 1];
        Volatile.Write(ref graph.LinksOf(node)[Math.Min(graph.Degree(node), graph.Slots - 1)], moved);
        Volatile.Write(ref graph.LinksOf(host)[degree - 1], node);
    }

    private static void Spread(GraphLevel graph, int start, byte[] seen, Queue<int> queue, ref int reached)
    {
        if ((uint)start >= (uint)seen.Length || seen[start] != 0)
            return;
        seen[start] = 1;
        reached++;
        queue.Enqueue(start);
        while (queue.TryDequeue(out var node))
        {
            var links = graph.LinksOf(node);
            for (var slot = 0; slot < graph.Slots && (uint)links[slot] < (uint)seen.Length; slot++)
            {
                if (seen[links[slot]] != 0)
                    continue;
                seen[links[slot]] = 1;
                reached++;
                queue.Enqueue(links[slot]);
            }
        }
    }
}
