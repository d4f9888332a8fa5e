namespace Semblance.Learning;

/// <summary>
/// Decides which examples make the batches of an epoch, and in which order. The answer depends on the arguments alone, so
/// that a run can be resumed at any batch. Implementations are immutable and thread-safe.
/// </summary>
public interface IBatchSampler
{
    /// <summary>The most examples that a batch has; buffers are made of this size.</summary>
    int BatchSize { get; }

    /// <summary>The batches of an epoch: positions in the data set, none of the batches empty.</summary>
    /// <param name="epoch">Counted from 0.</param>
    IReadOnlyList<ReadOnlyMemory<int>> Batches(long seed, int epoch);
}
