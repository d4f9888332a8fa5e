using System.Runtime.ExceptionServices;
using Semblance.Numerics;

namespace Semblance.Learning.Loading;

/// <summary>
/// The threads of one epoch and the batches between them and the consumer. Threads take a few slots at a time in order, so that all
/// work on the batch that is needed first; a picture's generator comes from its place in the epoch, so that it does not matter
/// which thread makes it. Disposing waits until the threads have ended.
/// </summary>
internal sealed class EpochRun : IDisposable
{
    /// <summary>Slots taken at once: enough that the lock costs nothing beside pictures of 32 x 32, few enough that stopping is quick.</summary>
    private const int SlotsAtOnce = 4;

    private readonly object _gate = new();
    private readonly LabelledPictures _data;
    private readonly PicturePreparation _preparation;
    private readonly BatchBuffers _buffers;
    private readonly IReadOnlyList<ReadOnlyMemory<int>> _batches;
    private readonly int _pictureLength;
    private readonly DataLoaderOptions _options;
    private readonly int _epoch;
    private readonly Thread[] _threads;

    /// <summary>Batches made or being made, in order; the last may have slots that nobody has taken.</summary>
    private readonly Queue<PendingBatch> _window = new();

    private PendingBatch? _filling;
    private int _nextBatch;
    private int _nextOrdinal;
    private volatile bool _stopped;

    /// <summary>What ended a thread outside of any picture; no batch is begun or gone on with after it.</summary>
    private ExceptionDispatchInfo? _fault;

    public EpochRun(LabelledPictures data, PicturePreparation preparation, BatchBuffers buffers, IReadOnlyList<ReadOnlyMemory<int>> batches, int pictureLength, DataLoaderOptions options, int epoch, int firstBatch)
    {
        (_data, _preparation, _buffers, _batches, _pictureLength, _options, _epoch) = (data, preparation, buffers, batches, pictureLength, options, epoch);
        for (; _nextBatch < firstBatch; _nextBatch++)
            _nextOrdinal += batches[_nextBatch].Length;
        _threads = new Thread[options.Threads];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"loader {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>The next batch, with all slots finished; null after the last. The caller owns its memory.</summary>
    /// <exception cref="DataSetException">A picture of the batch could not be prepared for another reason than being broken.</exception>
    /// <exception cref="Exception">The batch could not be begun: there is no memory for it, or the sampler's list failed.</exception>
    public PendingBatch? Next(CancellationToken cancellationToken)
    {
        using var wakes = cancellationToken.Register(Wake);
        PendingBatch? batch;
        lock (_gate)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_window.TryPeek(out batch) ? batch.Unfinished == 0 : _nextBatch == _batches.Count)
                    break;
                // Slots that were taken will be finished all the same.
                if (batch is null || batch.NextSlot < batch.Positions.Length)
                    _fault?.Throw();
                Monitor.Wait(_gate);
            }
            if (batch is not null)
                _window.Dequeue();
            Monitor.PulseAll(_gate);
        }
        if (batch?.Fault is not { } fault)
            return batch;
        _buffers.Return(batch.Memory);
        throw new DataSetException($"'{_data[batch.Positions[fault.Slot]].Name}' could not be prepared: {fault.Failure.Message}", fault.Failure);
    }

    public void Dispose()
    {
        _stopped = true;
        Wake();
        foreach (var thread in _threads)
            thread.Join();
        while (_window.TryDequeue(out var batch))
            _buffers.Return(batch.Memory);
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void Work()
    {
        try
        {
            PrepareBatches();
        }
        catch (Exception failure)
        {
            // Would end the process on this thread; the consumer meets it after the batches that are whole.
            lock (_gate)
            {
                _fault ??= ExceptionDispatchInfo.Capture(failure);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void PrepareBatches()
    {
        var scratch = _preparation.CreateScratch();
        while (Take() is var (batch, first, count))
        {
            for (var slot = first; slot < first + count && !_stopped; slot++)
            {
                try
                {
                    Prepare(batch, slot, scratch);
                }
                catch (Exception failure)
                {
                    // Belongs to the consumer, who meets it at this batch; the batches before are good.
                    lock (_gate)
                    {
                        if (batch.Fault is not { } known || slot < known.Slot)
                            batch.Fault = (slot, failure);
                    }
                }
            }
            lock (_gate)
            {
                batch.Unfinished -= count;
                if (batch.Unfinished == 0)
                    Monitor.PulseAll(_gate);
            }
        }
    }

    private void Prepare(PendingBatch batch, int slot, byte[] scratch)
    {
        var random = SeededRandom.Derived(_options.Seed, _epoch, batch.FirstOrdinal + slot);
        var target = batch.Memory.Pixels.AsSpan(slot * _pictureLength, _pictureLength);
        if (_preparation.Prepare(batch.Positions[slot], random, scratch, target) is { } failure)
            batch.Fail(slot, failure);
    }

    /// <summary>Slots to fill, waiting for room in the window; null when there is nothing left to do.</summary>
    private (PendingBatch Batch, int First, int Count)? Take()
    {
        lock (_gate)
        {
            while (!_stopped && _fault is null)
            {
                if (_filling is null && _nextBatch == _batches.Count)
                    return null;
                if (_filling is null && _window.Count == _options.Prefetch)
                {
                    Monitor.Wait(_gate);
                    continue;
                }
                var batch = _filling ??= Begin();
                var first = batch.NextSlot;
                var count = Math.Min(SlotsAtOnce, batch.Positions.Length - first);
                batch.NextSlot += count;
                if (batch.NextSlot == batch.Positions.Length)
                    _filling = null;
                return (batch, first, count);
            }
            return null;
        }
    }

    private PendingBatch Begin()
    {
        var positions = _batches[_nextBatch];
        var batch = new PendingBatch(_nextBatch, _nextOrdinal, positions, _buffers.Rent());
        _nextBatch++;
        _nextOrdinal += positions.Length;
        _window.Enqueue(batch);
        return batch;
    }
}
