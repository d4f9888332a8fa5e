namespace Semblance.Learning.Loading;

/// <summary>A batch in the making. Threads fill slots of their own; the counters are guarded by the run's lock.</summary>
internal sealed class PendingBatch(int index, int firstOrdinal, ReadOnlyMemory<int> positions, BatchMemory memory)
{
    private readonly PictureFailure?[] _failures = new PictureFailure?[positions.Length];

    public int Index => index;

    /// <summary>Place of the batch's first picture in the epoch.</summary>
    public int FirstOrdinal => firstOrdinal;

    public ReadOnlySpan<int> Positions => positions.Span;

    public BatchMemory Memory => memory;

    /// <summary>Slots that no thread has taken yet begin here.</summary>
    public int NextSlot { get; set; }

    /// <summary>Slots that are not finished.</summary>
    public int Unfinished { get; set; } = positions.Length;

    /// <summary>The failure, no mere broken picture, of the lowest slot; null while all is well.</summary>
    public (int Slot, Exception Failure)? Fault { get; set; }

    public void Fail(int slot, PictureFailure failure) => _failures[slot] = failure;

    /// <summary>Moves the good pictures together.</summary>
    /// <returns>How many there are, and why the others are none.</returns>
    public (int Count, IReadOnlyList<PictureFailure> Failures) Compact(int pictureLength, ReadOnlySpan<int> labels)
    {
        var failures = new List<PictureFailure>();
        var count = 0;
        for (var slot = 0; slot < _failures.Length; slot++)
        {
            if (_failures[slot] is { } failure)
            {
                failures.Add(failure);
                continue;
            }
            if (count < slot)
                memory.Pixels.AsSpan(slot * pictureLength, pictureLength).CopyTo(memory.Pixels.AsSpan(count * pictureLength));
            memory.Positions[count] = Positions[slot];
            memory.Labels[count] = labels[Positions[slot]];
            count++;
        }
        return (count, failures);
    }
}
