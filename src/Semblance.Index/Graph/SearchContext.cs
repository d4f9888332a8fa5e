using System.Runtime.InteropServices;

namespace Semblance.Index.Graph;

/// <summary>What one walk at a time needs: visited marks, the pool of candidates, buffers. One byte a node and a few KB; kept for reuse.</summary>
internal sealed unsafe class SearchContext
{
    // Room behind the last element for loops that work on whole vectors.
    private const int Slack = 16;

    private HugeMemory _marks = new(1);
    private HugeMemory _pool = new(1);
    private HugeMemory _results = new(1);
    private readonly HugeMemory _buffers;
    private int _marked;
    private int _poolRoom;
    private int _resultRoom;
    private byte _epoch;

    /// <param name="width">Bytes of a query.</param>
    /// <param name="slots">The most links a node can have.</param>
    /// <param name="workspace">What the codec works in.</param>
    public SearchContext(int width, int slots, float[] workspace)
    {
        Workspace = workspace;
        BufferRoom = slots + Slack;
        var lists = BufferRoom * sizeof(int);
        var queryBytes = (width + 63) / 64 * 64;
        _buffers = new HugeMemory((2 * queryBytes) + (3L * lists));
        Query = _buffers.Start;
        Other = Query + queryBytes;
        Fresh = (int*)(Other + queryBytes);
        Ahead = Fresh + BufferRoom;
        Distances = Ahead + BufferRoom;
    }

    public float[] Workspace { get; }

    /// <summary>The query's levels.</summary>
    public byte* Query { get; }

    /// <summary>Another query's levels: those of a node whose links are chosen.</summary>
    public byte* Other { get; }

    /// <summary>Indexes of nodes not visited before; <see cref="BufferRoom"/> of them.</summary>
    public int* Fresh { get; }

    /// <summary>The same for the node after.</summary>
    public int* Ahead { get; }

    public int* Distances { get; }

    public int BufferRoom { get; }

    public byte* Marks => _marks.Start;

    /// <summary>Candidates, nearest first; see <see cref="GraphWalk"/>.</summary>
    public ulong* Pool => (ulong*)_pool.Start;

    /// <summary>Nodes that a filter lets through, nearest first.</summary>
    public ulong* Results => (ulong*)_results.Start;

    /// <summary>Distances found so far.</summary>
    public long Visited { get; set; }

    /// <summary>Begins a walk over <paramref name="nodes"/> nodes: returns the mark of its visited ones.</summary>
    public byte Begin(int nodes, int ef)
    {
        if (_marked < nodes)
        {
            // An index that grows by single nodes must not reallocate at each.
            _marked = (int)Math.Min(int.MaxValue, Math.Max(1024, nodes + (nodes / 4L)));
            _marks = new HugeMemory(_marked);
            NativeMemory.Clear(_marks.Start, (nuint)_marked);
            _epoch = 0;
        }
        EnsureRoom(ref _pool, ref _poolRoom, ef);
        new Span<ulong>(Pool, ef + GraphWalk.SearchWindow).Fill(GraphWalk.NoKey);
        if (++_epoch == 0)
        {
            NativeMemory.Clear(_marks.Start, (nuint)_marked);
            _epoch = 1;
        }
        return _epoch;
    }

    public void EnsureResults(int ef) => EnsureRoom(ref _results, ref _resultRoom, ef);

    /// <summary>Call after the last use of a pointer.</summary>
    public void KeepAlive() => GC.KeepAlive(this);

    private static void EnsureRoom(ref HugeMemory memory, ref int room, int wanted)
    {
        if (room >= wanted)
            return;
        memory = new HugeMemory((wanted + GraphWalk.SearchWindow + Slack) * (long)sizeof(ulong));
        room = wanted;
    }
}
