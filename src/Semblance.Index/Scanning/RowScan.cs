using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// Exact search by reading every row: keys of a piece of rows at a time into a small buffer, from which candidates that beat the
/// bound are picked while it is in the first-level cache. One query runs at the speed of memory, n · width · element size bytes.
/// A batch takes each piece while it is in the second-level cache through all its queries; over float32 rows a larger batch is
/// screened by blocks of queries (<see cref="QueryScreen"/>), at the speed of arithmetic.
/// The loops are compiled optimised at once: a command that searches once would otherwise run them unoptimised.
/// </summary>
internal sealed class RowScan<T, TMetric>(int queryWidth)
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    // Half of a small second-level cache: a piece stays there for all queries of a batch.
    private const int PieceBytes = 128 << 10;
    private const int MaxPieceRows = 1024;

    // Below this much to read, waking a second thread costs more than it saves (tens of microseconds).
    private const long BytesWorthAThread = 2 << 20;

    // Blocks of rows a thread must have at least, so that none waits long for another's last.
    private const int ShareRowsFrom = 4;

    // A multiple of every query tile's height.
    private const int TileRows = 8;

    // A row reached through the id table costs several rows of a scan.
    private const int SurvivorsWhenOneIn = 8;

    // About nanoseconds: of an element in a batch that is screened at the speed of arithmetic, and of a byte in any other.
    private const double ScreenedElementCost = 0.04;
    private const double ByteCost = 0.03;

    /// <summary>About the nanoseconds of comparing one of <paramref name="queries"/> queries of a batch with one row.</summary>
    public double CostOf(int queries) => TMetric.ProductForm != ProductForm.None && queries >= QueryBlock.Width
        ? queryWidth * ScreenedElementCost
        : queryWidth * Unsafe.SizeOf<T>() * ByteCost;

    /// <summary>
    /// The rows as they are now, to be scanned under <paramref name="options"/>. A small allowed set is looked up; then the scan touches
    /// its members only.
    /// </summary>
    /// <param name="survivors">Where the members lie, ascending; null when all rows are to be scanned.</param>
    public static RowLease<T> Enter(RowStore<T> store, SearchOptions options, out int[]? survivors)
    {
        survivors = null;
        var lease = store.Read();
        if (options.Allowed is not { } allowed || (long)allowed.Count * SurvivorsWhenOneIn > lease.Snapshot.Count)
            return lease;
        survivors = store.Allowed.Find(lease.Snapshot, allowed);
        if (survivors is not null)
            return lease;
        lease.Dispose();
        return store.Read(allowed, out survivors);
    }

    /// <summary>The answers of many queries over rows that the caller holds.</summary>
    /// <param name="survivors">From <see cref="Enter"/> or <see cref="Survivors(RowStore{T}, RowSnapshot{T}, SearchOptions)"/> over the same rows and options.</param>
    public Hit[][] SearchBatch(RowSnapshot<T> snapshot, int[]? survivors, ReadOnlyMemory<T> queries, int k, SearchOptions options, CancellationToken cancellationToken)
    {
        var count = queries.Length / queryWidth;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        // Shared out by rows, each is read once, and every thread has whole blocks of queries; by queries when there are few rows.
        var threads = survivors is null && snapshot.Blocks.Length >= ShareRowsFrom * options.Threads ? options.Threads : 1;
        if (threads > 1)
        {
            var parts = new HitCollector[threads][];
            Parallel.For(0, threads, parallel, thread =>
            {
                parts[thread] = Collectors();
                var blocks = (long)snapshot.Blocks.Length;
                Rows((int)(blocks * thread / threads), (int)(blocks * (thread + 1) / threads), queries.Span, parts[thread]);
            });
            for (var q = 0; q < count; q++)
            {
                for (var thread = 1; thread < threads; thread++)
                    parts[0][q].Merge(parts[thread][q]);
            }
            return Array.ConvertAll(parts[0], static collector => collector.ToHits());
        }

        var collectors = Collectors();
        threads = Math.Min(options.Threads, count);
        if (threads <= 1)
        {
            Group(0, count);
        }
        else
        {
            Parallel.For(0, threads, parallel, thread => Group((int)((long)count * thread / threads), (int)((long)count * (thread + 1) / threads)));
        }
        return Array.ConvertAll(collectors, static collector => collector.ToHits());

        HitCollector[] Collectors()
        {
            var fresh = new HitCollector[count];
            for (var q = 0; q < count; q++)
                fresh[q] = new HitCollector(Math.Min(k, snapshot.Count), options.MaxDistance ?? float.PositiveInfinity, options, survivors is null);
            return fresh;
        }

        void Group(int first, int end)
        {
            var group = queries.Span[(first * queryWidth)..(end * queryWidth)];
            if (survivors is null)
                Rows(0, snapshot.Blocks.Length, group, collectors.AsSpan(first, end - first));
            else
                Survivors(snapshot, survivors, group, collectors.AsSpan(first, end - first));
        }

        void Rows(int firstBlock, int endBlock, ReadOnlySpan<T> group, ReadOnlySpan<HitCollector> hits)
        {
            // A block of fewer than half its width takes longer than the queries one by one.
            var screened = TMetric.ProductForm == ProductForm.None ? 0 : hits.Length / QueryBlock.Width * QueryBlock.Width;
            if (TMetric.ProductForm != ProductForm.None && (hits.Length - screened) * 2 >= QueryBlock.Width)
                screened = hits.Length;
            if (screened > 0)
                ScreenedBlocks(snapshot, firstBlock, endBlock, group[..(screened * queryWidth)], hits[..screened], cancellationToken);
            if (screened < hits.Length)
                Blocks(snapshot, firstBlock, endBlock, group[(screened * queryWidth)..], hits[screened..], cancellationToken);
        }
    }

    /// <summary>The nearest of rows that the caller holds.</summary>
    /// <param name="survivors">As for <see cref="SearchBatch"/>.</param>
    /// <param name="k">Null for all within <paramref name="farthest"/>.</param>
    /// <param name="farthest">Included.</param>
    public Hit[] Search(
        RowSnapshot<T> snapshot, int[]? survivors, ReadOnlySpan<T> query, int? k, float farthest, SearchOptions options, CancellationToken cancellationToken = default)
    {
        int? kept = k is { } wanted ? Math.Min(wanted, snapshot.Count) : null;
        var bytes = snapshot.Blocks.Length == 0 ? 0 : (long)snapshot.Positions * snapshot.Blocks[0].Width * Unsafe.SizeOf<T>();
        var threads = (int)Math.Min(options.Threads, bytes / BytesWorthAThread);
        if (survivors is not null || threads <= 1)
        {
            var collector = new HitCollector(kept, farthest, options, survivors is null);
            if (survivors is null)
                Blocks(snapshot, 0, snapshot.Blocks.Length, query, [collector], cancellationToken);
            else
                Survivors(snapshot, survivors, query, [collector]);
            return collector.ToHits();
        }

        var parts = new HitCollector[threads];
        var shared = query.ToArray();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, thread =>
        {
            var part = new HitCollector(kept, farthest, options, checkAllowed: true);
            var blocks = (long)snapshot.Blocks.Length;
            Blocks(snapshot, (int)(blocks * thread / threads), (int)(blocks * (thread + 1) / threads), shared, [part], cancellationToken);
            parts[thread] = part;
        });
        for (var thread = 1; thread < threads; thread++)
            parts[0].Merge(parts[thread]);
        return parts[0].ToHits();
    }

    /// <summary>Offers the rows at some positions, which the caller has found acceptable.</summary>
    public void Rescore(RowSnapshot<T> snapshot, ReadOnlySpan<int> positions, ReadOnlySpan<T> query, HitCollector collector)
    {
        // Candidates lie anywhere in memory: ask for some rows ahead of the one that is measured.
        const int Ahead = 8;
        Span<float> key = stackalloc float[1];
        for (var i = 0; i < Math.Min(Ahead, positions.Length); i++)
            snapshot.Prefetch(positions[i]);
        for (var i = 0; i < positions.Length; i++)
        {
            if (i + Ahead < positions.Length)
                snapshot.Prefetch(positions[i + Ahead]);
            TMetric.Keys(query, snapshot.RowAt(positions[i]), key);
            var distance = TMetric.Distance(key[0]);
            if (distance <= collector.Bound)
                collector.Offer(snapshot.IdAt(positions[i]), distance);
        }
    }

    /// <summary>Where the members of a small allowed set lie, ascending; null when all rows are to be scanned. O(n).</summary>
    public static int[]? Survivors(RowStore<T> store, RowSnapshot<T> snapshot, SearchOptions options)
    {
        if (options.Allowed is not { } allowed || (long)allowed.Count * SurvivorsWhenOneIn > snapshot.Count)
            return null;
        return store.Allowed.Find(snapshot, allowed)
            ?? [.. Enumerable.Range(0, snapshot.Positions).Where(position => !snapshot.IsDeleted(position) && allowed.Contains(snapshot.IdAt(position)))];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Blocks(
        RowSnapshot<T> snapshot, int firstBlock, int endBlock, ReadOnlySpan<T> queries, ReadOnlySpan<HitCollector> collectors, CancellationToken cancellationToken)
    {
        Span<float> buffer = stackalloc float[MaxPieceRows];
        for (var b = firstBlock; b < endBlock; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = snapshot.Blocks[b];
            var width = block.Width;
            var rows = snapshot.RowsIn(b);
            var piece = Math.Clamp(PieceBytes / (width * Unsafe.SizeOf<T>()), 1, MaxPieceRows);
            for (var start = 0; start < rows; start += piece)
            {
                var count = Math.Min(piece, rows - start);
                var packed = block.Rows(start, count);
                var keys = buffer[..count];
                for (var q = 0; q < collectors.Length; q++)
                {
                    TMetric.Keys(queries.Slice(q * queryWidth, queryWidth), packed, keys);
                    Pick(keys, block, start, collectors[q]);
                }
            }
        }
    }

    // T is float here.
    private void ScreenedBlocks(
        RowSnapshot<T> snapshot, int firstBlock, int endBlock, ReadOnlySpan<T> queries, ReadOnlySpan<HitCollector> collectors, CancellationToken cancellationToken)
    {
        var screens = new QueryScreen[(collectors.Length + QueryBlock.Width - 1) / QueryBlock.Width];
        for (var s = 0; s < screens.Length; s++)
        {
            var count = Math.Min(QueryBlock.Width, collectors.Length - (s * QueryBlock.Width));
            screens[s] = new QueryScreen(MemoryMarshal.Cast<T, float>(queries.Slice(s * QueryBlock.Width * queryWidth, count * queryWidth)), queryWidth, TMetric.ProductForm);
        }
        Span<float> offsets = stackalloc float[MaxPieceRows];
        // Short pieces first: until k rows are in, every row passes.
        var ramp = TileRows;
        for (var b = firstBlock; b < endBlock; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = snapshot.Blocks[b];
            var rows = snapshot.RowsIn(b);
            var piece = Math.Clamp(PieceBytes / (block.Width * Unsafe.SizeOf<T>()) / TileRows * TileRows, TileRows, MaxPieceRows);
            for (int start = 0, count; start < rows; start += count)
            {
                count = Math.Min(Math.Min(piece, ramp), rows - start);
                ramp = Math.Min(2 * ramp, MaxPieceRows);
                var longest = QueryScreen.Offsets(TMetric.ProductForm, MemoryMarshal.Cast<T, float>(block.Rows(start, count)), offsets[..count]);
                // While the first queries meet this piece, the next one comes from memory.
                var next = start + count < rows ? block.Rows(start + count, Math.Min(count, rows - start - count))
                    : b + 1 < endBlock ? snapshot.Blocks[b + 1].Rows(0, Math.Min(count, snapshot.RowsIn(b + 1)))
                    : default;
                for (var s = 0; s < screens.Length; s++)
                {
                    var first = s * QueryBlock.Width;
                    var group = queries.Slice(first * queryWidth, screens[s].Count * queryWidth);
                    Screened(screens[s], block, start, offsets[..count], longest, group, collectors.Slice(first, screens[s].Count), s == 0 ? next : default);
                }
            }
        }
    }

    // One piece of rows for one block of queries.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Screened(
        QueryScreen screen, RowBlock<T> block, int start, ReadOnlySpan<float> offsets, float longest, ReadOnlySpan<T> queries, ReadOnlySpan<HitCollector> collectors,
        ReadOnlySpan<T> next)
    {
        var packed = block.Rows(start, offsets.Length);
        if (!screen.IsWorthIt)
        {
            Span<float> keys = stackalloc float[MaxPieceRows];
            for (var q = 0; q < collectors.Length; q++)
            {
                TMetric.Keys(queries.Slice(q * queryWidth, queryWidth), packed, keys[..offsets.Length]);
                Pick(keys[..offsets.Length], block, start, collectors[q]);
            }
            return;
        }
        Span<uint> masks = stackalloc uint[MaxPieceRows];
        Span<float> bounds = stackalloc float[collectors.Length];
        for (var q = 0; q < bounds.Length; q++)
            bounds[q] = TMetric.KeyBound(collectors[q].Bound);
        screen.Select(MemoryMarshal.Cast<T, float>(packed), offsets, longest, bounds, masks[..offsets.Length], MemoryMarshal.Cast<T, float>(next));
        Span<float> key = stackalloc float[1];
        var passed = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            for (var mask = masks[i]; mask != 0; mask &= mask - 1)
            {
                var q = BitOperations.TrailingZeroCount(mask);
                passed++;
                TMetric.Keys(queries.Slice(q * queryWidth, queryWidth), packed.Slice(i * block.Width, block.Width), key);
                if (key[0] <= bounds[q])
                    bounds[q] = PickSome(key, 0, 1, block, start + i, collectors[q], bounds[q]);
            }
        }
        screen.CountPassed(passed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pick(ReadOnlySpan<float> keys, RowBlock<T> block, int start, HitCollector collector)
    {
        var bound = TMetric.KeyBound(collector.Bound);
        var i = 0;
        // Hardly any key beats the bound once the first rows are in: look at many at once.
        var step = Vector<float>.Count * 4;
        ref var first = ref MemoryMarshal.GetReference(keys);
        for (; i <= keys.Length - step; i += step)
        {
            var low = Vector.MinNative(Vector.LoadUnsafe(ref first, (nuint)i), Vector.LoadUnsafe(ref first, (nuint)(i + Vector<float>.Count)));
            var high = Vector.MinNative(
                Vector.LoadUnsafe(ref first, (nuint)(i + (2 * Vector<float>.Count))), Vector.LoadUnsafe(ref first, (nuint)(i + (3 * Vector<float>.Count))));
            if (Vector.LessThanOrEqualAny(Vector.MinNative(low, high), new Vector<float>(bound)))
                bound = PickSome(keys, i, i + step, block, start, collector, bound);
        }
        PickSome(keys, i, keys.Length, block, start, collector, bound);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float PickSome(
        ReadOnlySpan<float> keys, int from, int end, RowBlock<T> block, int start, HitCollector collector, float bound)
    {
        for (var i = from; i < end; i++)
        {
            if (keys[i] <= bound && !block.IsDeleted(start + i) && collector.Offer(block.Id(start + i), TMetric.Distance(keys[i])))
                bound = TMetric.KeyBound(collector.Bound);
        }
        return bound;
    }

    private void Survivors(RowSnapshot<T> snapshot, int[] positions, ReadOnlySpan<T> queries, ReadOnlySpan<HitCollector> collectors)
    {
        Span<float> key = stackalloc float[1];
        foreach (var position in positions)
        {
            var row = snapshot.RowAt(position);
            var id = snapshot.IdAt(position);
            for (var q = 0; q < collectors.Length; q++)
            {
                TMetric.Keys(queries.Slice(q * queryWidth, queryWidth), row, key);
                collectors[q].Offer(id, TMetric.Distance(key[0]));
            }
        }
    }
}
