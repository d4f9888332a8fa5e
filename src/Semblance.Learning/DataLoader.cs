using System.Globalization;
using Semblance.Learning.Loading;
using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>
/// Batches for training or evaluation: pictures decoded no larger than needed, kept in memory as far as allowed, augmented, normalised,
/// made ahead of time on threads of their own. The same seed and epoch give the same bytes in the same order, whatever
/// the number of threads and wherever in the epoch one starts. Thread-safe; several epochs may be read at once.
/// </summary>
/// <example>
/// <code>
/// foreach (var batch in loader.Epoch(epoch))
/// {
///     using (batch)
///         batch.Pixels.CopyTo(run.Input("pictures").Span);
/// }
/// </code>
/// </example>
public sealed class DataLoader
{
    private readonly LabelledPictures _data;
    private readonly IBatchSampler _sampler;
    private readonly ModelInput _input;
    private readonly DataLoaderOptions _options;
    private readonly PicturePreparation _preparation;
    private readonly BatchBuffers _buffers;
    private readonly int _pictureLength;

    /// <param name="input">What the network wants; tensors are <c>[n, h, w, c]</c> whatever its layout, as the training engine takes them.</param>
    /// <exception cref="ArgumentException">The sampler's batches are larger than an array can be.</exception>
    public DataLoader(LabelledPictures data, IBatchSampler sampler, ModelInput input, DataLoaderOptions? options = null)
    {
        _options = options ?? new DataLoaderOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Prefetch, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.CacheBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.LoadSide, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampler.BatchSize, nameof(sampler));
        var values = 3.0 * input.Width * input.Height * sampler.BatchSize;
        if (values > Array.MaxLength)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A batch of {sampler.BatchSize} pictures of {input.Width} x {input.Height} takes {values * sizeof(float) / 1e9:0.0} GB and at most {Array.MaxLength * (double)sizeof(float) / 1e9:0.0} fit; take smaller batches."), nameof(sampler));
        (_data, _sampler, _input) = (data, sampler, input);
        _pictureLength = input.Width * input.Height * 3;
        _preparation = new PicturePreparation(data, input, _options);
        // What is prefetched, what the consumer holds and one more.
        _buffers = new BatchBuffers(sampler.BatchSize, _pictureLength, _options.Prefetch + 2);
    }

    /// <summary>Pictures that could not be decoded so far, each once.</summary>
    public IReadOnlyList<PictureFailure> Failures => _preparation.Failures;

    /// <summary>Bytes of decoded pictures that are kept.</summary>
    public long CachedBytes => _preparation.CachedBytes;

    /// <summary>
    /// The batches of an epoch, from one of them on. Threads start with the first batch that is asked for and have ended when
    /// the enumeration is over or left; a batch all of whose pictures are broken is left out.
    /// </summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="firstBatch">To go on after a batch, its <see cref="PictureBatch.Index"/> + 1.</param>
    /// <exception cref="DataSetException">
    /// While it is read: a picture failed for another reason than being broken, or all pictures of a whole epoch were broken.
    /// </exception>
    /// <exception cref="OutOfMemoryException">While it is read: there is no room for a batch; those before it were given.</exception>
    public IEnumerable<PictureBatch> Epoch(int epoch, int firstBatch = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        var batches = _sampler.Batches(_options.Seed, epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, batches.Count);
        foreach (var batch in batches)
            Check(batch.Span);
        return Read(batches, epoch, firstBatch, cancellationToken);
    }

    private IEnumerable<PictureBatch> Read(IReadOnlyList<ReadOnlyMemory<int>> batches, int epoch, int firstBatch, CancellationToken cancellationToken)
    {
        using var run = new EpochRun(_data, _preparation, _buffers, batches, _pictureLength, _options, epoch, firstBatch);
        var good = 0;
        PictureFailure? failed = null;
        while (run.Next(cancellationToken) is { } pending)
        {
            var (count, failures) = pending.Compact(_pictureLength, _data.Labels);
            failed ??= failures.Count > 0 ? failures[0] : null;
            good += count;
            if (count > 0)
                yield return new PictureBatch(_buffers, pending.Memory, pending.Index, count, _input.Width, _input.Height, failures);
            else
                _buffers.Return(pending.Memory);
        }
        if (good == 0 && failed is not null && firstBatch == 0)
            throw new DataSetException($"No picture of epoch {epoch} could be decoded; the first, '{failed.Name}': {failed.Message}");
    }

    private void Check(ReadOnlySpan<int> batch)
    {
        if (batch.IsEmpty || batch.Length > _buffers.BatchSize)
            throw new InvalidOperationException($"The sampler {_sampler.GetType().Name} promises batches of 1 to {_buffers.BatchSize} and gave one of {batch.Length}.");
        foreach (var position in batch)
        {
            if ((uint)position >= (uint)_data.Count)
                throw new InvalidOperationException($"The sampler {_sampler.GetType().Name} gave position {position} and the data set has {_data.Count} pictures; make the sampler for this data set.");
        }
    }
}
