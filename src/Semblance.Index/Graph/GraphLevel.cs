using System.Runtime.CompilerServices;
using Semblance.Index.Files;
using Semblance.Numerics.Memory;

namespace Semblance.Index.Graph;

/// <summary>
/// One level of the graph, flat: node i has <see cref="Slots"/> link slots, a code, and on the levels above the lowest the index of the same
/// node one level below. Links are indexes into this level; the first slot outside 0…count−1 ends a list. Each level has codes
/// of its own, so that the few nodes of the upper levels lie together.
/// </summary>
/// <remarks>
/// One writer may change links and append nodes beside readers: a slot is one aligned word and holds an index that is, or was, valid, and
/// a node's links and code are complete before <see cref="Count"/> covers it. Readers check every index against the count they saw first.
/// </remarks>
internal sealed unsafe class GraphLevel
{
    public const int EmptySlot = -1;

    private readonly object _owner;
    private int _count;

    /// <summary>Room for <paramref name="capacity"/> nodes.</summary>
    public GraphLevel(int slots, int codeBytes, int capacity, bool isLowest)
    {
        Slots = slots;
        CodeBytes = codeBytes;
        Capacity = capacity;
        var links = new HugeMemory((long)capacity * slots * sizeof(int));
        var codes = new HugeMemory((long)capacity * codeBytes);
        var below = isLowest ? null : new HugeMemory((long)capacity * sizeof(int));
        _owner = (links, codes, below);
        Links = (int*)links.Start;
        Codes = codes.Start;
        Below = isLowest ? null : (int*)below!.Start;
    }

    /// <summary>A level in unchecked parts of a mapped file, which the reader's lease keeps mapped.</summary>
    /// <param name="below">Checked.</param>
    public GraphLevel(int slots, int codeBytes, int count, int* links, byte* codes, int* below, MappedIndexFile file)
    {
        Slots = slots;
        CodeBytes = codeBytes;
        Capacity = count;
        _count = count;
        _owner = file;
        Links = links;
        Codes = codes;
        Below = below;
    }

    public int Slots { get; }

    public int CodeBytes { get; }

    public int Capacity { get; }

    public bool IsMapped => _owner is MappedIndexFile;

    /// <summary>The file that must be asked before links or codes are read; null when nothing is left to check.</summary>
    public MappedIndexFile? Unchecked => _owner is MappedIndexFile { IsChecked: false } file ? file : null;

    public int* Links { get; }

    public byte* Codes { get; }

    /// <summary>The same nodes' indexes one level below; null on the lowest level.</summary>
    public int* Below { get; }

    /// <summary>Nodes that readers may visit. Only grows.</summary>
    public int Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    public long BytesPerNode => (Slots * sizeof(int)) + CodeBytes + (Below is null ? 0 : sizeof(int));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* LinksOf(int node) => Links + ((nint)node * Slots);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* CodeOf(int node) => Codes + ((nint)node * CodeBytes);

    /// <summary>Links of a node before the first empty slot.</summary>
    public int Degree(int node)
    {
        var links = LinksOf(node);
        var degree = 0;
        while (degree < Slots && (uint)links[degree] < (uint)Capacity)
            degree++;
        return degree;
    }

    public void ClearLinks(int node) => new Span<int>(LinksOf(node), Slots).Fill(EmptySlot);

    /// <summary>A copy in huge pages with room for <paramref name="capacity"/> nodes.</summary>
    public GraphLevel Copy(int capacity)
    {
        CheckAll();
        var count = Count;
        var copy = new GraphLevel(Slots, CodeBytes, capacity, Below is null);
        Buffer.MemoryCopy(Links, copy.Links, (long)capacity * Slots * sizeof(int), (long)count * Slots * sizeof(int));
        Buffer.MemoryCopy(Codes, copy.Codes, (long)capacity * CodeBytes, (long)count * CodeBytes);
        if (Below is not null)
            Buffer.MemoryCopy(Below, copy.Below, (long)capacity * sizeof(int), (long)count * sizeof(int));
        copy.Count = count;
        KeepAlive();
        return copy;
    }

    /// <summary>Makes sure that all links and codes are those that were written.</summary>
    /// <exception cref="IndexFileException">They are in a file that is damaged there.</exception>
    public void CheckAll()
    {
        Unchecked?.Check(Links, (long)Count * Slots * sizeof(int));
        Unchecked?.Check(Codes, (long)Count * CodeBytes);
    }

    /// <summary>
    /// Puts nodes that stand above none of <paramref name="lower"/>, as a file may claim, above its first: changes trust
    /// <see cref="Below"/>.
    /// </summary>
    public void StandOn(GraphLevel lower)
    {
        for (var node = 0; node < Count; node++)
        {
            if ((uint)Below[node] >= (uint)lower.Count)
                Below[node] = 0;
        }
    }

    /// <summary>Call after the last use of a pointer.</summary>
    public void KeepAlive() => GC.KeepAlive(_owner);
}
