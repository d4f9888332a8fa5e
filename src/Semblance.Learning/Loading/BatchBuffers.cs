namespace Semblance.Learning.Loading;

/// <summary>Memory of disposed batches for the next ones, so that a run allocates as many as it has in flight.</summary>
internal sealed class BatchBuffers(int batchSize, int pictureLength, int most)
{
    private readonly Lock _gate = new();
    private readonly Stack<BatchMemory> _free = new();

    public int BatchSize => batchSize;

    public BatchMemory Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var memory))
                return memory;
        }
        return new BatchMemory(batchSize, pictureLength);
    }

    public void Return(BatchMemory memory)
    {
        lock (_gate)
        {
            if (_free.Count < most)
                _free.Push(memory);
        }
    }
}
