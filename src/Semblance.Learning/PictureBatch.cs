using Semblance.Learning.Loading;

namespace Semblance.Learning;

/// <summary>
/// Pictures ready for a network, with their labels. Disposing gives the memory back for a later batch, and reading then throws; a batch
/// that is not disposed costs the loader a new allocation, no more.
/// </summary>
public sealed class PictureBatch : IDisposable
{
    private readonly BatchBuffers _buffers;
    private readonly int _pictureLength;
    private BatchMemory? _memory;

    internal PictureBatch(BatchBuffers buffers, BatchMemory memory, int index, int count, int width, int height, IReadOnlyList<PictureFailure> failures)
    {
        (_buffers, _memory) = (buffers, memory);
        (Index, Count, Width, Height, Failures) = (index, count, width, height, failures);
        _pictureLength = width * height * 3;
    }

    /// <summary>Number of the batch within its epoch, from 0: resuming after it starts at the next.</summary>
    public int Index { get; }

    public int Count { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary><c>[Count, Height, Width, 3]</c>, normalised as the model's input says, channels in its order.</summary>
    public ReadOnlySpan<float> Pixels => Memory.Pixels.AsSpan(0, Count * _pictureLength);

    public ReadOnlySpan<int> Labels => Memory.Labels.AsSpan(0, Count);

    /// <summary>Each picture's position in the data set.</summary>
    public ReadOnlySpan<int> Positions => Memory.Positions.AsSpan(0, Count);

    /// <summary>Pictures that belong here and could not be decoded; the batch is that much smaller.</summary>
    public IReadOnlyList<PictureFailure> Failures { get; }

    private BatchMemory Memory => _memory ?? throw new ObjectDisposedException(nameof(PictureBatch), "The batch was disposed and its memory belongs to another; copy what is needed longer.");

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _memory, null) is { } memory)
            _buffers.Return(memory);
    }
}
