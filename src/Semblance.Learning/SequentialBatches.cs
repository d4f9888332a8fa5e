namespace Semblance.Learning;

/// <summary>Every example once, in the order of the data set, the same in each epoch: for evaluation.</summary>
public sealed class SequentialBatches : IBatchSampler
{
    private readonly ReadOnlyMemory<int>[] _batches;

    /// <param name="count">Examples in the data set.</param>
    public SequentialBatches(int count, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        BatchSize = batchSize;
        _batches = ShuffledBatches.Cut([.. Enumerable.Range(0, count)], batchSize, dropLast: false);
    }

    public int BatchSize { get; }

    public IReadOnlyList<ReadOnlyMemory<int>> Batches(long seed, int epoch) => _batches;
}
