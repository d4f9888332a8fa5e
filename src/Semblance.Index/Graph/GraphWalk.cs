using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Semblance.Numerics;

namespace Semblance.Index.Graph;

/// <summary>
/// Best-first search in one level (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
/// Navigable Small World graphs", 2018, algorithm 2), over codes.
/// </summary>
/// <remarks>
/// The pool holds the ef nearest nodes seen, sorted: key = distance · 2³² + index · 2, + 1 once the node has been expanded. Distances are
/// below 2³¹, so keys compare as signed numbers as well. No index is trusted: it may come from a mapped file.
/// </remarks>
internal static unsafe class GraphWalk
{
    public const ulong Expanded = 1;

    /// <summary>Places in the pool that are compared at once; as many behind the last hold <see cref="NoKey"/>.</summary>
    public const int SearchWindow = 32;

    private const int LineBytes = 64;

    private const int LinksPerLine = LineBytes / sizeof(int);

    public const ulong NoKey = long.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Key(int distance, int node) => ((ulong)(uint)distance << 32) | ((uint)node << 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Node(ulong key) => (int)((uint)key >> 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Distance(ulong key) => (int)(key >> 32);

    /// <summary>Goes to ever nearer neighbours until there is none; returns the last node.</summary>
    public static int Descend(GraphLevel level, SearchContext context, int start) => level.Unchecked is { } file
        ? Descend(level, context, start, new FileGuard(file))
        : Descend(level, context, start, default(NoGuard));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Descend<TGuard>(GraphLevel level, SearchContext context, int start, TGuard guard)
        where TGuard : struct, IBlockGuard
    {
        var count = (uint)level.Count;
        var slots = level.Slots;
        var fresh = context.Fresh;
        var distances = context.Distances;
        var best = start;
        *fresh = start;
        guard.Check(level.CodeOf(start), level.CodeBytes);
        context.Measure(level.Codes, fresh, 1, distances);
        var bestDistance = *distances;
        long visited = 1;
        for (var moved = true; moved;)
        {
            moved = false;
            var links = level.LinksOf(best);
            guard.Check(links, (long)slots * sizeof(int));
            var found = 0;
            for (; found < slots && (uint)links[found] < count; found++)
            {
                fresh[found] = links[found];
                guard.Check(level.CodeOf(links[found]), level.CodeBytes);
                MemoryHint.Prefetch(level.CodeOf(links[found]));
            }
            if (found == 0)
                break;
            context.Measure(level.Codes, fresh, found, distances);
            visited += found;
            for (var i = 0; i < found; i++)
            {
                if (distances[i] < bestDistance)
                {
                    bestDistance = distances[i];
                    best = fresh[i];
                    moved = true;
                }
            }
        }
        context.Visited += visited;
        return best;
    }

    /// <summary>Fills the context's pool with the nearest nodes found; returns how many, at most <paramref name="ef"/>.</summary>
    /// <remarks>
    /// Three nodes are under way at a time: the links of the first are being fetched while the codes of the second's neighbours are, and
    /// the third's neighbours, which have arrived, are compared. The order of expansion differs a little from best-first and costs 1 to 5 %
    /// more distances, but memory is hardly ever waited for: 1.6 times as many searches on 100,000 vectors of 128 dimensions as with one node
    /// at a time.
    /// </remarks>
    public static int Search(GraphLevel level, SearchContext context, int start, int ef) => level.Unchecked is { } file
        ? Search(level, context, start, ef, new FileGuard(file))
        : Search(level, context, start, ef, default(NoGuard));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Search<TGuard>(GraphLevel level, SearchContext context, int start, int ef, TGuard guard)
        where TGuard : struct, IBlockGuard
    {
        var count = level.Count;
        var epoch = context.Begin(count, ef);
        var marks = context.Marks;
        var pool = context.Pool;
        var fresh = context.Fresh;
        var ahead = context.Ahead;
        var distances = context.Distances;
        var slots = level.Slots;
        *fresh = start;
        guard.Check(level.CodeOf(start), level.CodeBytes);
        context.Measure(level.Codes, fresh, 1, distances);
        pool[0] = Key(*distances, start);
        marks[start] = epoch;
        var size = 1;
        var at = 0;
        long visited = 1;
        var found = 0; // Nodes in fresh.
        var waiting = -1; // The node whose links are on their way.
        while (true)
        {
            while (at < size && (pool[at] & Expanded) != 0)
                at++;
            var next = -1;
            if (at < size)
            {
                next = Node(pool[at]);
                pool[at] |= Expanded;
                PrefetchLinks(level.LinksOf(next), slots);
            }
            var gathered = 0;
            if (waiting >= 0)
            {
                var links = level.LinksOf(waiting);
                guard.Check(links, (long)slots * sizeof(int));
                for (var slot = 0; slot < slots; slot++)
                {
                    var node = links[slot];
                    if ((uint)node >= (uint)count)
                        break;
                    ahead[gathered] = node;
                    gathered += marks[node] != epoch ? 1 : 0;
                    marks[node] = epoch;
                }
                for (var i = 0; i < gathered; i++)
                {
                    guard.Check(level.CodeOf(ahead[i]), level.CodeBytes);
                    PrefetchCode(level.CodeOf(ahead[i]), level.CodeBytes);
                }
            }
            else if (next < 0 && found == 0)
            {
                break;
            }
            if (found > 0)
            {
                visited += found;
                context.Measure(level.Codes, fresh, found, distances);
                var first = Insert(pool, ref size, ef, fresh, distances, found);
                at = Math.Min(first, at);
            }
            waiting = next;
            var swap = fresh;
            fresh = ahead;
            ahead = swap;
            found = gathered;
        }
        context.Visited += visited;
        return size;
    }

    /// <summary>Fills the context's pool with the nearest of the given nodes, each of which is measured; returns how many.</summary>
    public static int Scan(GraphLevel level, SearchContext context, ReadOnlySpan<int> nodes, int ef) => level.Unchecked is { } file
        ? Scan(level, context, nodes, ef, new FileGuard(file))
        : Scan(level, context, nodes, ef, default(NoGuard));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Scan<TGuard>(GraphLevel level, SearchContext context, ReadOnlySpan<int> nodes, int ef, TGuard guard)
        where TGuard : struct, IBlockGuard
    {
        context.BeginScan(ef);
        var pool = context.Pool;
        var distances = context.Distances;
        var fresh = context.Fresh;
        var room = context.BufferRoom / 4 * 4;
        var size = 0;
        for (var first = 0; first < nodes.Length; first += room)
        {
            var count = Math.Min(room, nodes.Length - first);
            nodes.Slice(first, count).CopyTo(new Span<int>(fresh, count));
            for (var i = 0; i < count; i++)
                guard.Check(level.CodeOf(fresh[i]), level.CodeBytes);
            // Those of the next round come from memory while these are compared.
            foreach (var next in nodes.Slice(first + count, Math.Min(room, nodes.Length - first - count)))
                PrefetchCode(level.CodeOf(next), level.CodeBytes);
            context.Measure(level.Codes, fresh, count, distances);
            Insert(pool, ref size, ef, fresh, distances, count);
        }
        context.Visited += nodes.Length;
        return size;
    }

    /// <summary>Puts the new nodes into the pool; returns the lowest place that one of them took.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Insert(ulong* pool, ref int poolSize, int ef, int* nodes, int* distances, int count)
    {
        var size = poolSize;
        var lowest = size;
        var worst = size < ef ? int.MaxValue : Distance(pool[size - 1]);
        for (var i = 0; i < count; i += 4)
        {
            var nearer = Vector128.LessThan(Vector128.Load(distances + i), Vector128.Create(worst)).ExtractMostSignificantBits();
            if (count - i < 4)
                nearer &= (1u << (count - i)) - 1;
            for (; nearer != 0; nearer &= nearer - 1)
            {
                var j = i + System.Numerics.BitOperations.TrailingZeroCount(nearer);
                var key = Key(distances[j], nodes[j]);
                if (size == ef && key >= pool[size - 1])
                    continue;
                // Without branches on the keys: each would be guessed wrong half the time.
                var place = 0;
                for (var length = size; length > SearchWindow;)
                {
                    var half = length >> 1;
                    place += pool[place + half - 1] < key ? half : 0;
                    length -= half;
                }
                var smaller = Vector256<long>.Zero;
                for (var k = 0; k < SearchWindow; k += Vector256<long>.Count)
                    smaller -= Vector256.LessThan(Vector256.Load((long*)pool + place + k), Vector256.Create((long)key));
                place += (int)Vector256.Sum(smaller);
                if (size < ef)
                    size++;
                Shift(pool + place, size - 1 - place);
                pool[place] = key;
                if (place < lowest)
                    lowest = place;
                if (size == ef)
                    worst = Distance(pool[size - 1]);
            }
        }
        poolSize = size;
        return lowest;
    }

    /// <summary>Moves <paramref name="count"/> keys up by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift(ulong* from, int count)
    {
        // A vector that is no register may be copied in pieces, which would overwrite what is still to be read.
        if (!Vector256.IsHardwareAccelerated)
        {
            new Span<ulong>(from, count).CopyTo(new Span<ulong>(from + 1, count));
            return;
        }
        var i = count;
        while (i >= Vector256<ulong>.Count)
        {
            i -= Vector256<ulong>.Count;
            Vector256.Load(from + i).Store(from + i + 1);
        }
        while (i > 0)
        {
            i--;
            from[i + 1] = from[i];
        }
    }

    // Lines that lie together come by themselves once the first is read, but later than they are needed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchCode(byte* code, int bytes)
    {
        for (var i = 0; i < bytes; i += LineBytes)
            MemoryHint.Prefetch(code + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchLinks(int* links, int slots)
    {
        for (var slot = 0; slot < slots; slot += LinksPerLine)
            MemoryHint.Prefetch(links + slot);
    }
}
