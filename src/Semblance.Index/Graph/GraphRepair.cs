namespace Semblance.Index.Graph;

/// <summary>
/// A graph without its removed nodes. A node that linked to removed ones chooses anew among its other neighbours and those of the
/// removed (Singh et al., "FreshDiskANN", 2021, algorithm 4); the others keep their links.
/// </summary>
internal static unsafe class GraphRepair
{
    private const int Chunk = 1024;

    // As when links are refined at a build.
    private const float Slackness = 1.05f;

    /// <summary>The graph of the remaining nodes; some may no longer be reachable.</summary>
    /// <param name="newPositions">The new index of each node of the lowest level, −1 for removed ones; ascending.</param>
    public static GraphState Compact(GraphState old, int[] newPositions, int threads)
    {
        var levels = new List<GraphLevel>();
        int[] below = [];
        for (var level = 0; level < old.Levels.Length; level++)
        {
            var source = old.Levels[level];
            var indexes = level == 0 ? newPositions : Survivors(source, below);
            var kept = indexes.Length == 0 ? 0 : indexes.Max() + 1;
            // An upper level may die out; what is left below leads everywhere.
            if (kept == 0)
                break;
            var target = new GraphLevel(source.Slots, source.CodeBytes, GraphState.Capacity(kept), isLowest: level == 0) { Count = kept };
            CopyNodes(old.Codec, source, target, indexes, below, threads);
            levels.Add(target);
            below = indexes;
        }
        old.KeepAlive();
        return old with { Levels = [.. levels] };
    }

    // New indexes on a level of the nodes that remain below it.
    private static int[] Survivors(GraphLevel level, int[] below)
    {
        var indexes = new int[level.Count];
        var next = 0;
        for (var node = 0; node < indexes.Length; node++)
            indexes[node] = below[level.Below[node]] >= 0 ? next++ : -1;
        return indexes;
    }

    private static void CopyNodes(NodeCodec codec, GraphLevel source, GraphLevel target, int[] indexes, int[] below, int threads)
    {
        var nodes = indexes.Length;
        Parallel.For(0, (nodes + Chunk - 1) / Chunk, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
        {
            var candidates = new List<int>();
            var seen = new HashSet<int>();
            var selection = new NeighbourSelection(codec, source.Slots * (source.Slots + 1)) { Slackness = Slackness };
            for (var node = chunk * Chunk; node < Math.Min(nodes, (chunk + 1) * Chunk); node++)
            {
                var index = indexes[node];
                if (index < 0)
                    continue;
                new Span<byte>(source.CodeOf(node), source.CodeBytes).CopyTo(new Span<byte>(target.CodeOf(index), target.CodeBytes));
                if (target.Below is not null)
                    target.Below[index] = below[source.Below[node]];
                CopyLinks(source, target, node, indexes, candidates, seen, selection);
            }
        });
    }

    private static void CopyLinks(
        GraphLevel source, GraphLevel target, int node, int[] indexes, List<int> candidates, HashSet<int> seen, NeighbourSelection selection)
    {
        candidates.Clear();
        seen.Clear();
        seen.Add(node);
        var lost = false;
        foreach (var neighbour in Neighbours(source, node))
        {
            if (indexes[neighbour] >= 0)
            {
                if (seen.Add(neighbour))
                    candidates.Add(neighbour);
                continue;
            }
            lost = true;
            foreach (var heir in Neighbours(source, neighbour))
            {
                if (indexes[heir] >= 0 && seen.Add(heir))
                    candidates.Add(heir);
            }
        }
        var links = target.LinksOf(indexes[node]);
        target.ClearLinks(indexes[node]);
        if (!lost)
        {
            for (var i = 0; i < candidates.Count; i++)
                links[i] = indexes[candidates[i]];
            return;
        }
        var chosen = selection.ChooseAmong(source, node, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(candidates), source.Slots);
        for (var i = 0; i < chosen; i++)
            links[i] = indexes[GraphWalk.Node(selection.Chosen[i])];
    }

    // Up to the first slot that names no node: a link from a file may name one that room is kept for.
    private static ReadOnlySpan<int> Neighbours(GraphLevel level, int node)
    {
        var links = new ReadOnlySpan<int>(level.LinksOf(node), level.Slots);
        var degree = 0;
        while (degree < links.Length && (uint)links[degree] < (uint)level.Count)
            degree++;
        return links[..degree];
    }
}
