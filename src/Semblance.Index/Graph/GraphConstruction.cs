using Semblance.Index.Rows;

namespace Semblance.Index.Graph;

/// <summary>Makes graphs over stored rows and adds rows to them.</summary>
internal sealed unsafe class GraphConstruction<T>(NodeEncoder<T> nodes, GraphOptions options)
    where T : unmanaged
{
    // Nodes linked one after another before several threads begin: the first ones must find one another.
    private const int SequentialNodes = 1000;

    private const int Chunk = 64;

    // See NeighbourSelection.Slackness; more distances a node, fewer nodes: about best over the whole range of recall.
    private const float RefiningSlackness = 1.05f;

    /// <summary>A graph over all of <paramref name="rows"/>, of which there is at least one; removed ones are nodes too.</summary>
    public GraphState Build(RowSnapshot<T> rows, int threads, CancellationToken cancellationToken)
    {
        var codec = nodes.Train(rows);
        var members = Members(rows.Positions);
        var levels = new GraphLevel[members.Length + 1];
        for (var level = 0; level < levels.Length; level++)
        {
            var count = level == 0 ? rows.Positions : members[level - 1].Length;
            var slots = level == 0 ? 2 * options.M : options.M;
            levels[level] = new GraphLevel(slots, codec.CodeBytes, GraphState.Capacity(count), isLowest: level == 0) { Count = count };
        }
        var state = new GraphState(codec, levels, options.M, Trained(rows));
        PrepareNodes(state, rows, members, threads, cancellationToken);

        var builder = new GraphBuilder(codec, levels, options.M, options.EfConstruction, threads > 1);
        var entry = levels.Length == 1 ? 0 : members[^1][0];
        InParallel(state, builder, rows.Positions, threads, 1, (position, context, selection) =>
        {
            // The entry has nobody to link to; the others link to it.
            if (position == entry)
                return;
            nodes.LoadRow(rows, position, context);
            Span<int> indexes = stackalloc int[GraphBuilder.MaxLevel + 1];
            builder.Insert(indexes[..Indexes(members, position, indexes)], 0, context, selection);
        }, cancellationToken);
        InParallel(state, builder, rows.Positions, threads, RefiningSlackness, (position, context, selection) =>
        {
            nodes.LoadRow(rows, position, context);
            builder.Refine(position, 0, context, selection);
        }, cancellationToken);
        Connect(state);
        return state;
    }

    /// <summary>Adds the rows from <paramref name="first"/> on to a graph that has room for them.</summary>
    /// <param name="context">Of the graph's codec.</param>
    public GraphState Append(GraphState state, RowSnapshot<T> rows, int first, SearchContext context)
    {
        NeighbourSelection? selection = null;
        for (var position = first; position < rows.Positions; position++)
        {
            nodes.LoadRow(rows, position, context);
            var highest = GraphBuilder.LevelOf(position, state.M, options.Seed);
            var known = Math.Min(highest, state.Levels.Length - 1);
            state = WithRoom(state, known);
            var indexes = new int[known + 1];
            for (var level = 0; level <= known; level++)
                indexes[level] = NewNode(state, state.Levels[level], level == 0 ? 0 : indexes[level - 1], context.Query);
            var builder = new GraphBuilder(state.Codec, state.Levels, state.M, options.EfConstruction, isParallel: false) { KeepsLinked = true };
            selection ??= builder.NewSelection();
            selection.Slackness = RefiningSlackness;
            builder.Insert(indexes, 0, context, selection);
            if (highest > known)
                state = WithNewTop(state, highest, indexes[known], context.Query);
        }
        state.KeepAlive();
        return state;
    }

    /// <summary>The same links over codes of the rows as they are now, by a codec that learned again.</summary>
    public GraphState Recode(GraphState state, RowSnapshot<T> rows, int threads)
    {
        var count = state.Count;
        var recoded = state.WithRoomFor(count) with { Codec = nodes.Train(rows), TrainedRows = Trained(rows) };
        var members = new int[state.Levels.Length - 1][];
        for (var level = 1; level < state.Levels.Length; level++)
        {
            members[level - 1] = new int[state.Levels[level].Count];
            for (var node = 0; node < members[level - 1].Length; node++)
            {
                var below = recoded.Levels[level].Below[node];
                members[level - 1][node] = level == 1 ? below : members[level - 2][below];
            }
        }
        InParallel(recoded, null, count, threads, 1, (position, context, _) =>
        {
            nodes.LoadRow(rows, position, context);
            recoded.Codec.Pack(context.Query, recoded.Levels[0].CodeOf(position));
        }, CancellationToken.None);
        for (var level = 1; level < recoded.Levels.Length; level++)
        {
            for (var node = 0; node < members[level - 1].Length; node++)
            {
                var code = new Span<byte>(recoded.Levels[0].CodeOf(members[level - 1][node]), recoded.Codec.CodeBytes);
                code.CopyTo(new Span<byte>(recoded.Levels[level].CodeOf(node), recoded.Codec.CodeBytes));
            }
        }
        recoded.KeepAlive();
        return recoded;
    }

    /// <summary>Whether the codec learned from so few rows that there is more to learn now.</summary>
    public bool HasOutgrownCodec(GraphState state, RowSnapshot<T> rows) =>
        state.TrainedRows < nodes.SampleRows && rows.Positions >= 2 * state.TrainedRows;

    /// <summary>Sees to it that every node can be found.</summary>
    public void Connect(GraphState state) =>
        Reachability.Connect(state.Levels[0], state.LowestEntry, options.EfConstruction, state.NewContext());

    private int Trained(RowSnapshot<T> rows) => Math.Min(rows.Positions, nodes.SampleRows);

    private static int Indexes(int[][] members, int position, Span<int> indexes)
    {
        indexes[0] = position;
        var levels = 1;
        for (; levels <= members.Length; levels++)
        {
            var index = Array.BinarySearch(members[levels - 1], position);
            if (index < 0)
                break;
            indexes[levels] = index;
        }
        return levels;
    }

    private static int NewNode(GraphState state, GraphLevel level, int below, byte* query)
    {
        var node = level.Count;
        state.Codec.Pack(query, level.CodeOf(node));
        level.ClearLinks(node);
        if (level.Below is not null)
            level.Below[node] = below;
        level.Count = node + 1;
        return node;
    }

    // Upper levels that are full; the lowest one was given its room.
    private static GraphState WithRoom(GraphState state, int highest)
    {
        for (var level = 1; level <= highest; level++)
        {
            if (state.Levels[level].Count < state.Levels[level].Capacity)
                continue;
            var levels = (GraphLevel[])state.Levels.Clone();
            levels[level] = levels[level].Copy(GraphState.Capacity(levels[level].Count));
            state = state with { Levels = levels };
        }
        return state;
    }

    private static GraphState WithNewTop(GraphState state, int highest, int below, byte* query)
    {
        var levels = state.Levels.ToList();
        for (var level = levels.Count; level <= highest; level++)
        {
            var added = new GraphLevel(state.M, state.Codec.CodeBytes, GraphState.Capacity(0), isLowest: false);
            below = NewNode(state, added, below, query);
            levels.Add(added);
        }
        return state with { Levels = [.. levels] };
    }

    // Positions on each level above the lowest, ascending.
    private int[][] Members(int count)
    {
        var members = new List<List<int>>();
        for (var position = 0; position < count; position++)
        {
            var highest = GraphBuilder.LevelOf(position, options.M, options.Seed);
            while (members.Count < highest)
                members.Add([]);
            for (var level = 0; level < highest; level++)
                members[level].Add(position);
        }
        return [.. members.Select(level => level.ToArray())];
    }

    private void PrepareNodes(GraphState state, RowSnapshot<T> rows, int[][] members, int threads, CancellationToken cancellationToken) =>
        InParallel(state, null, rows.Positions, threads, 1, (position, context, _) =>
        {
            nodes.LoadRow(rows, position, context);
            Span<int> indexes = stackalloc int[GraphBuilder.MaxLevel + 1];
            var levels = Indexes(members, position, indexes);
            for (var level = 0; level < levels; level++)
            {
                state.Codec.Pack(context.Query, state.Levels[level].CodeOf(indexes[level]));
                state.Levels[level].ClearLinks(indexes[level]);
                if (level > 0)
                    state.Levels[level].Below[indexes[level]] = indexes[level - 1];
            }
        }, cancellationToken);

    private static void InParallel(
        GraphState state, GraphBuilder? builder, int count, int threads, float slackness,
        Action<int, SearchContext, NeighbourSelection> node, CancellationToken cancellationToken)
    {
        var next = 0;
        if (threads == 1 || count <= SequentialNodes)
        {
            Work(count);
        }
        else
        {
            if (builder is not null)
                Work(SequentialNodes);
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, _ => Work(count));
        }
        state.KeepAlive();

        void Work(int end)
        {
            var context = state.NewContext();
            var selection = builder?.NewSelection() ?? new NeighbourSelection(state.Codec, 0);
            selection.Slackness = slackness;
            while (true)
            {
                var start = Interlocked.Add(ref next, Chunk) - Chunk;
                if (start >= end)
                {
                    // What was taken beyond the end belongs to the next round.
                    if (end < count)
                        Interlocked.Add(ref next, -Chunk);
                    return;
                }
                cancellationToken.ThrowIfCancellationRequested();
                for (var position = start; position < Math.Min(count, start + Chunk); position++)
                    node(position, context, selection);
            }
        }
    }
}
