using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Numerics.Memory;

namespace Semblance.Index.Graph;

/// <summary>What one walk at a time needs: visited marks, the pool of candidates, buffers. One byte a node and a few KB; kept for reuse.</summary>
internal unsafe class SearchContext
{
    // Room behind the last element for loops that work on whole vectors.
    private const int Slack = 16;

    private HugeMemory _marks = new(1);
    private HugeMemory _pool = new(1);
    private readonly HugeMemory _buffers;
    private int _marked;
    private int _poolRoom;
    private byte _epoch;
    private int _bias;
    private bool _multiplies;

    /// <param name="codec">Of the queries.</param>
    /// <param name="slots">The most links a node can have.</param>
    public SearchContext(NodeCodec codec, int slots)
    {
        Codec = codec;
        BufferRoom = slots + Slack;
        var lists = BufferRoom * sizeof(int);
        var queryBytes = (codec.Width + 63) / 64 * 64;
        _buffers = new HugeMemory(queryBytes + (3L * lists));
        Query = _buffers.Start;
        Fresh = (int*)(Query + queryBytes);
        Ahead = Fresh + BufferRoom;
        Distances = Ahead + BufferRoom;
    }

    /// <summary>The codec this serves; another one needs another context.</summary>
    public NodeCodec Codec { get; }

    /// <summary>The query as the codec compares it.</summary>
    public byte* Query { get; }

    /// <summary>Indexes of nodes not visited before; <see cref="BufferRoom"/> of them.</summary>
    public int* Fresh { get; }

    /// <summary>The same for the node after.</summary>
    public int* Ahead { get; }

    public int* Distances { get; }

    public int BufferRoom { get; }

    public byte* Marks => _marks.Start;

    /// <summary>Candidates, nearest first; see <see cref="GraphWalk"/>.</summary>
    public ulong* Pool => (ulong*)_pool.Start;

    /// <summary>Distances found so far.</summary>
    public long Visited { get; set; }

    /// <summary>What is in <see cref="Query"/> now is compared with codes.</summary>
    public void Compare() => _multiplies = false;

    /// <summary>Makes a node the query of the next walks.</summary>
    public void LoadCode(byte* code)
    {
        Codec.Unpack(code, Query);
        Compare();
    }

    /// <summary>Distances of the query to scattered codes; <paramref name="distances"/> has room for a multiple of 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Measure(byte* codes, int* indexes, int count, int* distances)
    {
        if (_multiplies)
            Codec.Products(Query, codes, indexes, count, _bias, distances);
        else
            Codec.Distances(Query, codes, indexes, count, distances);
    }

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
        BeginScan(ef);
        if (++_epoch == 0)
        {
            NativeMemory.Clear(_marks.Start, (nuint)_marked);
            _epoch = 1;
        }
        return _epoch;
    }

    /// <summary>Empties the pool and makes room in it.</summary>
    public void BeginScan(int ef)
    {
        if (_poolRoom < ef)
        {
            _pool = new HugeMemory((ef + GraphWalk.SearchWindow + Slack) * (long)sizeof(ulong));
            _poolRoom = ef;
        }
        new Span<ulong>(Pool, ef + GraphWalk.SearchWindow).Fill(GraphWalk.NoKey);
    }

    /// <summary>What is in <see cref="Query"/> now is multiplied with codes.</summary>
    /// <param name="bias">From <see cref="TraversalCodec.EncodeQuery"/>.</param>
    protected void Multiply(int bias)
    {
        _bias = bias;
        _multiplies = true;
    }
}
