using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Rows;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// Exact search by reading every row: keys of a piece of rows at a time into a small buffer, from which candidates that beat the
/// bound are picked while it is in the first-level cache. One query runs at the speed of memory, n · width · element size bytes.
/// A batch takes each piece while it is in the second-level cache through all its queries.
/// The loops are compiled optimised at once: a command that searches once would otherwise run them unoptimised.
/// </summary>
internal sealed class RowScan<T, TMetric>(int queryWidth) : IRowScan<T>
    where T : unmanaged
    where TMetric : struct, IRowMetric<T>
{
    // Half of a small second-level cache: a piece stays there for all queries of a batch.
    private const int PieceBytes = 128 << 10;
    private const int MaxPieceRows = 1024;

    // Below this much to read, waking a second thread costs more than it saves (tens of microseconds).
    private const long BytesWorthAThread = 2 << 20;

    // A row reached through the id table costs several rows of a scan.
    private const int SurvivorsWhenOneIn = 8;

    public Hit[] Search(RowStore<T> store, ReadOnlySpan<T> query, int k, SearchOptions options) =>
        Scan(store, query, k, options.MaxDistance ?? float.PositiveInfinity, options);

    public Hit[] SearchRange(RowStore<T> store, ReadOnlySpan<T> query, float radius, SearchOptions options) =>
        Scan(store, query, null, MathF.Min(radius, options.MaxDistance ?? radius), options);

    public Hit[][] SearchBatch(RowStore<T> store, ReadOnlyMemory<T> queries, int k, SearchOptions options, CancellationToken cancellationToken)
    {
        var collectors = new HitCollector[queries.Length / queryWidth];
        using var lease = Enter(store, options, out var survivors);
        var snapshot = lease.Snapshot;
        for (var q = 0; q < collectors.Length; q++)
            collectors[q] = new HitCollector(Math.Min(k, snapshot.Count), options.MaxDistance ?? float.PositiveInfinity, options, survivors is null);

        var threads = Math.Min(options.Threads, collectors.Length);
        if (threads <= 1)
            Group(0, collectors.Length);
        else
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, thread =>
                Group((int)((long)collectors.Length * thread / threads), (int)((long)collectors.Length * (thread + 1) / threads)));
        return Array.ConvertAll(collectors, static collector => collector.ToHits());

        void Group(int first, int end)
        {
            var group = queries.Span[(first * queryWidth)..(end * queryWidth)];
            if (survivors is null)
                Blocks(snapshot, 0, snapshot.Blocks.Length, group, collectors.AsSpan(first, end - first), cancellationToken);
            else
                Survivors(snapshot, survivors, group, collectors.AsSpan(first, end - first));
        }
    }

    private Hit[] Scan(RowStore<T> store, ReadOnlySpan<T> query, int? k, float maxDistance, SearchOptions options)
    {
        using var lease = Enter(store, options, out var survivors);
        var snapshot = lease.Snapshot;
        int? kept = k is { } wanted ? Math.Min(wanted, snapshot.Count) : null;
        var threads = (int)Math.Min(options.Threads, (long)snapshot.Positions * store.Width * Unsafe.SizeOf<T>() / BytesWorthAThread);
        if (survivors is not null || threads <= 1)
        {
            var collector = new HitCollector(kept, maxDistance, options, survivors is null);
            if (survivors is null)
                Blocks(snapshot, 0, snapshot.Blocks.Length, query, [collector], CancellationToken.None);
            else
                Survivors(snapshot, survivors, query, [collector]);
            return collector.ToHits();
        }

        var parts = new HitCollector[threads];
        var shared = query.ToArray();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            var part = new HitCollector(kept, maxDistance, options, checkAllowed: true);
            var blocks = (long)snapshot.Blocks.Length;
            Blocks(snapshot, (int)(blocks * thread / threads), (int)(blocks * (thread + 1) / threads), shared, [part], CancellationToken.None);
            parts[thread] = part;
        });
        for (var thread = 1; thread < threads; thread++)
            parts[0].Merge(parts[thread]);
        return parts[0].ToHits();
    }

    public void Rescore(RowSnapshot<T> snapshot, ReadOnlySpan<int> positions, ReadOnlySpan<T> query, HitCollector collector)
    {
        // Candidates lie anywhere in memory: ask for some rows ahead of the one that is measured.
        const int Ahead = 8;
        Span<float> key = stackalloc float[1];
        for (var i = 0; i < Math.Min(Ahead, positions.Length); i++)
            MemoryHint.Prefetch(snapshot.RowAt(positions[i]));
        for (var i = 0; i < positions.Length; i++)
        {
            if (i + Ahead < positions.Length)
                MemoryHint.Prefetch(snapshot.RowAt(positions[i + Ahead]));
            TMetric.Keys(query, snapshot.RowAt(positions[i]), key);
            collector.Offer(snapshot.IdAt(positions[i]), TMetric.Distance(key[0]));
        }
    }

    // A small allowed set is looked up; then the scan touches its members only.
    private static RowLease<T> Enter(RowStore<T> store, SearchOptions options, out int[]? survivors)
    {
        survivors = null;
        var lease = store.Read();
        if (options.Allowed is not { } allowed || (long)allowed.Count * SurvivorsWhenOneIn > lease.Snapshot.Count)
            return lease;
        lease.Dispose();
        return store.Read(allowed, out survivors);
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
                var ids = block.Ids(start, count);
                var keys = buffer[..count];
                for (var q = 0; q < collectors.Length; q++)
                {
                    TMetric.Keys(queries.Slice(q * queryWidth, queryWidth), packed, keys);
                    Pick(keys, ids, block, start, collectors[q]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pick(ReadOnlySpan<float> keys, ReadOnlySpan<long> ids, RowBlock<T> block, int start, HitCollector collector)
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
                bound = PickSome(keys, i, i + step, ids, block, start, collector, bound);
        }
        PickSome(keys, i, keys.Length, ids, block, start, collector, bound);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float PickSome(
        ReadOnlySpan<float> keys, int from, int end, ReadOnlySpan<long> ids, RowBlock<T> block, int start, HitCollector collector, float bound)
    {
        for (var i = from; i < end; i++)
        {
            if (keys[i] <= bound && !block.IsDeleted(start + i) && collector.Offer(ids[i], TMetric.Distance(keys[i])))
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
