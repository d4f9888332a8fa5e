using System.Collections.Concurrent;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Graph;

/// <summary>
/// A navigable small-world graph over the positions of the rows. Below <see cref="GraphFrom"/> rows there is none: a scan is as fast.
/// Removed rows stay nodes that lead on, until the rows are compacted.
/// </summary>
internal sealed unsafe class GraphStructure<T> : IRowStructure<T>
    where T : unmanaged
{
    private const int GraphFrom = 1000;

    // So small a graph is built again when it has doubled, rather than kept with what it learned from few rows.
    private const int RebuildBelow = 4000;

    // New nodes that make it worth looking for unreachable ones: one in this many.
    private const int ConnectWhenOneIn = 16;

    // A batch that is large beside the graph is linked with a build's care: one in this many.
    private const int RebuildWhenOneIn = 2;

    // Distances for each place in the candidate list, and their cost beside that of asking whether a row is accepted (and of measuring one
    // that is, see NodeEncoder): what decides between a filtered walk and a scan. Measured at 100,000 rows of 128 dimensions.
    private const double VisitsPerCandidate = 12;
    private const double VisitCost = 25;
    private const double AskCost = 4;

    // Of comparing the code of a known member of an allowed set, beside a visit: many in a row wait for nothing. A third of what was measured, as
    // walks among rows that pass only here and there take several times longer than they promise, and miss more.
    private const double MemberCost = 2;

    private const int TourWhenOneIn = 16;

    // A filter that lets few rows near the query through needs a longer list; so many are tried.
    private const int LongerLists = 4;
    private const int LongerFactor = 2;
    private const int SpareWhenOneIn = 8;

    private readonly NodeEncoder<T> _nodes;
    private readonly GraphOptions _options;
    private readonly GraphConstruction<T> _construction;
    private readonly ConcurrentBag<SearchContext> _contexts = [];
    private readonly Lock _change = new(); // Guards every change of _state: the writer's and Warm's.
    private GraphState? _state; // Null below GraphFrom rows.
    private int _unconnected; // Nodes added since all were last known to be reachable.

    public GraphStructure(NodeEncoder<T> nodes, GraphOptions options, GraphState? state)
    {
        _nodes = nodes;
        _options = options;
        _construction = new GraphConstruction<T>(nodes, options);
        _state = state;
    }

    public long BytesHeld => Volatile.Read(ref _state) is { } state ? state.Levels.Sum(level => level.BytesPerNode * level.Count) : 0;

    public long MappedBytes => Volatile.Read(ref _state) is { IsMapped: true } ? BytesHeld : 0;

    public double BytesPerVector => Volatile.Read(ref _state) is { } state ? (double)BytesHeld / state.Count : 0;

    public IRowStructure<T> Build(RowSnapshot<T> rows, int threads, CancellationToken cancellationToken) =>
        With(rows.Count < GraphFrom ? null : _construction.Build(rows, threads, cancellationToken));

    public IRowStructure<T> Append(RowSnapshot<T> rows, int first)
    {
        lock (_change)
        {
            if (_state is not { } state)
                return rows.Count < GraphFrom ? this : Build(rows, _options.BuildThreads, CancellationToken.None);
            var outgrown = _construction.HasOutgrownCodec(state, rows);
            if ((outgrown && rows.Positions < RebuildBelow) || (rows.Positions - first) * (long)RebuildWhenOneIn >= rows.Positions)
                return Build(rows, _options.BuildThreads, CancellationToken.None);
            if (outgrown)
                state = _construction.Recode(state, rows, _options.BuildThreads);
            if (state.IsMapped || state.Levels[0].Capacity < rows.Positions)
                state = state.WithRoomFor(rows.Positions);
            // Published before the new nodes, so that a reader never sees a node of an older copy.
            Volatile.Write(ref _state, state);
            var context = TakeContext(state);
            state = _construction.Append(state, rows, first, context);
            _contexts.Add(context);
            _unconnected += rows.Positions - first;
            if ((long)_unconnected * ConnectWhenOneIn >= rows.Positions)
                Connect(state);
            Volatile.Write(ref _state, state);
            return this;
        }
    }

    public IRowStructure<T> Compact(RowSnapshot<T> old, RowSnapshot<T> rows, int[] newPositions)
    {
        if (Volatile.Read(ref _state) is not { } state || rows.Count < GraphFrom)
            return With(null);
        var repaired = GraphRepair.Compact(state, newPositions, _options.BuildThreads);
        _construction.Connect(repaired);
        return With(repaired);
    }

    public void FindCandidates(StructureSearch<T> search)
    {
        if (Volatile.Read(ref _state) is not { } state)
            return;
        var context = TakeContext(state);
        context.Visited = 0;
        _nodes.LoadGuide(search, context);
        var isAtHome = _nodes.IsNearItself && (uint)search.Origin < (uint)state.Count;
        var start = isAtHome ? search.Origin : state.Descend(context);
        _nodes.LoadQuery(search, context);
        var wanted = Math.Max(search.Effort, search.K);
        if (search.AcceptsAll)
        {
            var ef = Math.Min(wanted, state.Count);
            var found = GraphWalk.Search(state.Levels[0], context, start, ef);
            // Rows that are alike may all link one another and nothing else.
            if (isAtHome && found < ef)
                found = GraphWalk.Search(state.Levels[0], context, state.Descend(context), ef);
            OfferAll(search, context, found);
        }
        else
        {
            OfferAccepted(search, state, context, start, wanted);
        }
        search.Visited += context.Visited;
        state.KeepAlive();
        _contexts.Add(context);
    }

    public double CostOf(int effort) => effort * VisitsPerCandidate * VisitCost * _nodes.VisitScale;

    // A tour through all nodes for a few rows would cost more than it saves.
    public int[] OrderOf(ReadOnlySpan<int> positions) => Volatile.Read(ref _state) is { } state && (long)positions.Length * TourWhenOneIn >= state.Count
        ? GraphTour.Order(state.Levels[0], positions)
        : [.. Enumerable.Range(0, positions.Length)];

    public IEnumerable<IndexFileSection> Sections(int positions)
    {
        lock (_change)
        {
            if (_state is not { } state)
                return [];
            Connect(state);
            return GraphSections.Write(state);
        }
    }

    public void Verify(List<string> problems, RowSnapshot<T> rows)
    {
        lock (_change)
        {
            if (_state is { } state)
                GraphCheck.Run(state, rows.Positions, _unconnected == 0 ? rows.IsDeleted : null, problems);
        }
    }

    public void Warm()
    {
        lock (_change)
        {
            if (_state is { IsMapped: true } state)
                Volatile.Write(ref _state, state.WithRoomFor(state.Count));
        }
    }

    private static void OfferAll(StructureSearch<T> search, SearchContext context, int found)
    {
        var positions = search.Rows.Positions;
        for (var i = 0; i < found; i++)
        {
            // The writer may have linked rows that this snapshot does not cover yet.
            var node = GraphWalk.Node(context.Pool[i]);
            if (node < positions)
                search.Offer(node);
        }
    }

    // All nodes lead on, only accepted ones count: the list is as much longer as fewer are accepted. Where it is cheaper to compare all members
    // of a set that is known, that is done; where the scan that the index falls back to is cheaper, nothing is offered.
    private void OfferAccepted(StructureSearch<T> search, GraphState state, SearchContext context, int start, int wanted)
    {
        var scan = search.AllowedPositions is { } members
            ? members.Length * MemberCost
            : (search.Rows.Positions * AskCost) + (search.Rows.Count * search.Selectivity * _nodes.MeasureCost);
        double spent = 0;
        // Without a filter it is the removed rows that are not accepted.
        var share = search.Selectivity < 1 ? search.Selectivity : (double)search.Rows.Count / search.Rows.Positions;
        // A longer list needs relatively less to spare: with the fourth root, recall stays above that of a search without a filter.
        var length = (search.K / share) + ((wanted - search.K) / Math.Sqrt(Math.Sqrt(share)));
        for (var attempt = 0; attempt < LongerLists; attempt++, length *= LongerFactor)
        {
            spent += length * VisitsPerCandidate * VisitCost;
            if (spent > scan)
                break;
            var ef = (int)Math.Min(length, state.Count);
            var found = GraphWalk.Search(state.Levels[0], context, start, ef);
            var accepted = 0;
            for (var i = 0; i < found && accepted < wanted; i++)
            {
                var node = GraphWalk.Node(context.Pool[i]);
                if (search.Accepts(node))
                    context.Pool[accepted++] = (ulong)node; // Behind what has been read.
            }
            // The share near the query may be smaller than everywhere; the ranking needs some choice.
            if (accepted < search.K + ((wanted - search.K) / SpareWhenOneIn) && ef < state.Count)
                continue;
            for (var i = 0; i < accepted; i++)
                search.Offer((int)context.Pool[i]);
            return;
        }
        if (search.AllowedPositions is not null)
            OfferMembers(search, state, context, search.AllowedPositions, wanted);
    }

    // All members of an allowed set are measured by their codes: the best of them are then what a walk that misses nothing would find.
    private static void OfferMembers(StructureSearch<T> search, GraphState state, SearchContext context, int[] members, int wanted)
    {
        // The graph may be older than the rows.
        if (members.Length > 0 && members[^1] >= state.Count)
            return;
        var found = GraphWalk.Scan(state.Levels[0], context, members, Math.Min(members.Length, wanted + search.Excepted));
        for (var i = 0; i < found; i++)
        {
            var node = GraphWalk.Node(context.Pool[i]);
            if (search.Accepts(node))
                search.Offer(node);
        }
    }

    private SearchContext TakeContext(GraphState state) =>
        _contexts.TryTake(out var context) && context.Codec == state.Codec ? context : state.NewContext();

    // A node that is added links and is linked, but may in time lose the links to it as others choose anew.
    private void Connect(GraphState state)
    {
        if (_unconnected > 0)
            _construction.Connect(state);
        _unconnected = 0;
    }

    private GraphStructure<T> With(GraphState? state) => new(_nodes, _options, state);
}

/// <summary>Graphs over whatever rows the index stores.</summary>
internal sealed class GraphKind(HnswOptions options) : IStructureKind
{
    public IRowStructure<T> Create<T>(RowFormat<T> format, Metric metric)
        where T : unmanaged => new GraphStructure<T>(Nodes(format, metric), options, null);

    public IRowStructure<T> Open<T>(RowFormat<T> format, Metric metric, MappedIndexFile file, RowSnapshot<T> rows)
        where T : unmanaged => new GraphStructure<T>(Nodes(format, metric), options, GraphSections.Read(file, metric, rows.Positions));

    private VectorNodeEncoder<T> Nodes<T>(RowFormat<T> format, Metric metric)
        where T : unmanaged => new(format, metric, options.Seed);
}
