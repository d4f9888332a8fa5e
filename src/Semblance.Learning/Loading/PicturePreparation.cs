using System.Collections.Concurrent;
using Semblance.Features.Preprocessing;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Learning.Loading;

/// <summary>From a position in the data set to floats of a batch: cache or decoder, augmentation, normalisation. Thread-safe.</summary>
internal sealed class PicturePreparation
{
    private readonly LabelledPictures _data;
    private readonly AugmentationPipeline? _augmentation;
    private readonly ModelInput _input;
    private readonly PixelTensor _tensor;
    private readonly DecodeOptions _decoding;
    private readonly PictureCache _cache;
    private readonly ConcurrentDictionary<int, PictureFailure> _failures = new();

    public PicturePreparation(LabelledPictures data, ModelInput input, DataLoaderOptions options)
    {
        (_data, _input) = (data, input);
        // An augmented picture has the network's size already.
        _tensor = new PixelTensor(input with { Layout = TensorLayout.Nhwc, Resize = options.Augmentation is null ? input.Resize : ResizeRule.Stretch });
        _augmentation = options.Augmentation is null ? null : Complete(options.Augmentation, input);
        var side = Math.Max(input.Width, input.Height);
        _decoding = new DecodeOptions { MinimumSide = options.LoadSide > 0 ? options.LoadSide : _augmentation is null ? side : ((side * 8) + 6) / 7 };
        _cache = new PictureCache(data.Count, options.CacheBytes);
    }

    public long CachedBytes => _cache.Bytes;

    public IReadOnlyList<PictureFailure> Failures => [.. _failures.OrderBy(row => row.Key).Select(row => row.Value)];

    /// <summary>Bytes of an augmented picture, which each thread keeps.</summary>
    public byte[] CreateScratch() => _augmentation is null ? [] : new byte[_tensor.Length];

    /// <param name="random">What the augmentation draws from; belongs to this picture alone.</param>
    /// <param name="target">Gets <c>[height, width, 3]</c>, unless a failure is returned.</param>
    public PictureFailure? Prepare(int position, SeededRandom random, byte[] scratch, Span<float> target)
    {
        if (_cache.Find(position) is not { } picture)
        {
            // Broken now is broken later: an epoch should not depend on when a file was mended.
            if (_failures.TryGetValue(position, out var known))
                return known;
            var result = _data[position].Decode(_decoding);
            if (!result.Succeeded)
                return _failures.GetOrAdd(position, new PictureFailure(_data[position].Name, result.Failure.Message));
            picture = result.Picture;
            _cache.Offer(position, picture);
        }
        if (_augmentation is not null)
        {
            _augmentation.Apply(picture, _input.Width, _input.Height, random, scratch);
            picture = new Picture(_input.Width, _input.Height, scratch, picture.Facts);
        }
        _tensor.Fill(picture, target);
        return null;
    }

    /// <summary>What the augmentation leaves open is done as the network will see it later: the shape by its rule, borders in its mean colour.</summary>
    private static AugmentationPipeline Complete(AugmentationPipeline augmentation, ModelInput input)
    {
        var complete = augmentation with { Fill = augmentation.Fill ?? MeanColour(input) };
        if (augmentation.ChoosesShape)
            return complete;
        return input.Resize switch
        {
            ResizeRule.Crop => complete.StartingWith(new CentreCrop()),
            ResizeRule.Pad => complete.StartingWith(new Letterbox()),
            _ => complete,
        };
    }

    private static Rgb MeanColour(ModelInput input)
    {
        var (red, blue) = input.Channels == ChannelOrder.Rgb ? (0, 2) : (2, 0);
        return new Rgb(Level(red), Level(1), Level(blue));

        byte Level(int channel) => (byte)Math.Clamp(Math.Round(input.Mean[channel] / input.Scale), 0, 255);
    }
}
