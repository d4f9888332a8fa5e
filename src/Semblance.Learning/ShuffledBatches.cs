using Semblance.Numerics;

namespace Semblance.Learning;

/// <summary>Every example once an epoch, in an order drawn anew for each epoch. O(count) per epoch.</summary>
public sealed class ShuffledBatches : IBatchSampler
{
    private readonly int _count;
    private readonly bool _dropLast;

    /// <param name="count">Examples in the data set.</param>
    /// <param name="dropLast">
    /// Leaves out an incomplete last batch. Batch statistics of a handful of examples are noise, and other examples are left out in
    /// each epoch.
    /// </param>
    /// <exception cref="ArgumentException">The set is smaller than a batch and incomplete ones are dropped: an epoch would be empty.</exception>
    public ShuffledBatches(int count, int batchSize, bool dropLast = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        if (dropLast && count < batchSize)
            throw new ArgumentException($"{count} examples make no batch of {batchSize} and incomplete batches are dropped; ask for smaller batches, or keep the last one.", nameof(batchSize));
        (_count, BatchSize, _dropLast) = (count, batchSize, dropLast);
    }

    public int BatchSize { get; }

    public IReadOnlyList<ReadOnlyMemory<int>> Batches(long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var order = new int[_count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        SeededRandom.Derived(seed, epoch).Shuffle<int>(order);
        return Cut(order, BatchSize, _dropLast);
    }

    internal static ReadOnlyMemory<int>[] Cut(int[] order, int batchSize, bool dropLast)
    {
        var batches = new ReadOnlyMemory<int>[dropLast ? order.Length / batchSize : ((order.Length - 1) / batchSize) + 1];
        for (var i = 0; i < batches.Length; i++)
        {
            var start = i * batchSize;
            batches[i] = order.AsMemory(start, Math.Min(batchSize, order.Length - start));
        }
        return batches;
    }
}
