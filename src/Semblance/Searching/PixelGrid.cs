using System.Numerics.Tensors;
using Semblance.Imaging;

namespace Semblance.Searching;

/// <summary>
/// A picture as a few hundred brightnesses and colours, to see whether two pictures show the same shapes in the same places where hashes or
/// histograms say too little. Immutable.
/// </summary>
internal sealed class PixelGrid
{
    private const int Side = 24;

    /// <summary>
    /// Of the brightnesses. (Measured on 426 drawings and 250 photos: saved again at half or quarter size or as JPEG of quality 30 all stay
    /// above 0.99, darker by a third all above 0.995; brighter by a fifth, photos above 0.96 and drawings that are near white far below;
    /// of 48 pairs of other drawings with near hashes 12 reach it.)
    /// </summary>
    private const float LeastCorrelation = 0.98f;

    /// <summary>
    /// Of the colours, where both pictures have any: the same drawing in red and in navy blue is two drawings, and a photo without its
    /// colours the same photo still.
    /// </summary>
    private const float LeastOfColours = 0.8f;

    /// <summary>Levels by which channels of a grey picture differ at most, on average.</summary>
    private const float MostOfGrey = 4;

    /// <summary>Plain colours differ by no more, in levels of 255.</summary>
    private const float MostOfPlain = 1;

    /// <summary>About their mean, of length 1, so that a dot product is Pearson's correlation.</summary>
    private readonly float[] _brightness = new float[Side * Side];

    /// <summary>Red and blue less green, of length 1; all zero where the picture is grey.</summary>
    private readonly float[] _colours = new float[2 * Side * Side];

    private readonly float[] _mean = new float[3];
    private readonly bool _isPlain;

    private PixelGrid(Picture picture)
    {
        var pixels = picture.Resize(Side, Side).Pixels;
        for (var i = 0; i < _brightness.Length; i++)
        {
            var pixel = pixels.AsSpan(3 * i, 3);
            _brightness[i] = (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]);
            (_colours[2 * i], _colours[(2 * i) + 1]) = (pixel[0] - pixel[1], pixel[2] - pixel[1]);
            for (var channel = 0; channel < 3; channel++)
                _mean[channel] += (float)pixel[channel] / _brightness.Length;
        }
        TensorPrimitives.Subtract(_brightness, TensorPrimitives.Sum<float>(_brightness) / _brightness.Length, _brightness);
        var norm = TensorPrimitives.Norm<float>(_brightness);
        // One level on average is the noise of an encoder.
        _isPlain = norm < Side;
        if (!_isPlain)
            TensorPrimitives.Divide(_brightness, norm, _brightness);
        var colourful = TensorPrimitives.Norm<float>(_colours);
        if (colourful > MostOfGrey * MathF.Sqrt(_colours.Length))
            TensorPrimitives.Divide(_colours, colourful, _colours);
        else
            _colours.AsSpan().Clear();
    }

    public static PixelGrid Of(Picture picture) => new(picture);

    /// <summary>Null where the file cannot be read.</summary>
    public static PixelGrid? OfFile(string path)
        => PictureDecoder.Shared.DecodeFile(path, new DecodeOptions { MinimumSide = 2 * Side }).Picture is { } picture ? new PixelGrid(picture) : null;

    public bool Agrees(PixelGrid other) => _isPlain || other._isPlain
        ? _isPlain && other._isPlain && TensorPrimitives.Distance<float>(_mean, other._mean) <= MostOfPlain
        : TensorPrimitives.Dot<float>(_brightness, other._brightness) >= LeastCorrelation && (IsGrey || other.IsGrey || TensorPrimitives.Dot<float>(_colours, other._colours) >= LeastOfColours);

    private bool IsGrey => _colours.AsSpan().IndexOfAnyExcept(0f) < 0;
}
