using System.Numerics.Tensors;
using Semblance.Imaging;

namespace Semblance.Searching;

/// <summary>
/// A picture as a few hundred brightnesses, to see whether two pictures show the same shapes in the same places where hashes or colours
/// say too little. Immutable.
/// </summary>
internal sealed class PixelGrid
{
    private const int Side = 24;

    /// <summary>
    /// Of the brightnesses. (Measured on 430 drawings and 250 photos: saved again at half or quarter size or as JPEG of quality 30 all stay
    /// above 0.99, made darker by a third 0.996, brighter by a fifth 0.98 but for drawings that are near white; of 48 pairs of other
    /// drawings with near hashes 12 reach it, most of which a person would take for one.)
    /// </summary>
    private const float LeastCorrelation = 0.98f;

    /// <summary>Plain colours differ by no more, in levels of 255 a channel.</summary>
    private const float MostOfPlain = 2;

    /// <summary>About their mean, of length 1, so that a dot product is Pearson's correlation.</summary>
    private readonly float[] _brightness = new float[Side * Side];

    private readonly float[] _colour = new float[3];
    private readonly bool _isPlain;

    private PixelGrid(Picture picture)
    {
        var pixels = picture.Resize(Side, Side).Pixels;
        for (var i = 0; i < _brightness.Length; i++)
        {
            var pixel = pixels.AsSpan(3 * i, 3);
            _brightness[i] = (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]);
            for (var channel = 0; channel < 3; channel++)
                _colour[channel] += (float)pixel[channel] / _brightness.Length;
        }
        TensorPrimitives.Subtract(_brightness, TensorPrimitives.Sum<float>(_brightness) / _brightness.Length, _brightness);
        var norm = TensorPrimitives.Norm<float>(_brightness);
        // One level on average is the noise of an encoder.
        _isPlain = norm < Side;
        if (!_isPlain)
            TensorPrimitives.Divide(_brightness, norm, _brightness);
    }

    public static PixelGrid Of(Picture picture) => new(picture);

    /// <summary>Null where the file cannot be read.</summary>
    public static PixelGrid? OfFile(string path)
        => PictureDecoder.Shared.DecodeFile(path, new DecodeOptions { MinimumSide = 2 * Side }).Picture is { } picture ? new PixelGrid(picture) : null;

    public bool Agrees(PixelGrid other) => _isPlain || other._isPlain
        ? _isPlain && other._isPlain && TensorPrimitives.Distance<float>(_colour, other._colour) <= MostOfPlain
        : TensorPrimitives.Dot<float>(_brightness, other._brightness) >= LeastCorrelation;
}
