using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Semblance.Imaging;

namespace Semblance.Duplicates;

/// <summary>
/// Whether two pictures show the same shapes in the same places, by their pixels: for those of which hashes or colours say too little.
/// A picture is decoded once, to a small grid of brightness. Thread-safe.
/// </summary>
internal sealed class PixelAgreement(IReadOnlyList<GalleryItem> items)
{
    private const int Side = 24;

    /// <summary>
    /// Of the grids. Saved again, smaller, greyed or brightened a drawing stays above 0.97; a circle and a square of its size have 0.9.
    /// </summary>
    private const float LeastCorrelation = 0.95f;

    /// <summary>Grids of plain colours differ by no more, in levels of 255 on average.</summary>
    private const float MostOfPlain = 2;

    private const int MostGrids = 100_000;

    private readonly ConcurrentDictionary<int, Grid?> _grids = [];

    /// <summary>False, too, where a file cannot be read any more: what cannot be shown is not proposed.</summary>
    public bool Agree(int one, int other) => Of(one) is { } a && Of(other) is { } b && (a.IsPlain || b.IsPlain
        ? a.IsPlain && b.IsPlain && Math.Abs(a.Red - b.Red) + Math.Abs(a.Green - b.Green) + Math.Abs(a.Blue - b.Blue) <= 3 * MostOfPlain
        : TensorPrimitives.Dot(a.Brightness, b.Brightness) >= LeastCorrelation);

    private Grid? Of(int position)
    {
        if (_grids.Count >= MostGrids)
            _grids.Clear();
        return _grids.GetOrAdd(position, key => PictureDecoder.Shared.DecodeFile(items[key].Path, new DecodeOptions { MinimumSide = 2 * Side }).Picture is { } picture ? new Grid(picture.Resize(Side, Side).Pixels) : null);
    }

    private sealed class Grid
    {
        public Grid(byte[] pixels)
        {
            for (var i = 0; i < Brightness.Length; i++)
            {
                var (red, green, blue) = (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]);
                Brightness[i] = (0.299f * red) + (0.587f * green) + (0.114f * blue);
                Red += (float)red / Brightness.Length;
                Green += (float)green / Brightness.Length;
                Blue += (float)blue / Brightness.Length;
            }
            TensorPrimitives.Subtract(Brightness, TensorPrimitives.Sum<float>(Brightness) / Brightness.Length, Brightness);
            var norm = TensorPrimitives.Norm(Brightness);
            // Less than one level on average is the noise of an encoder.
            IsPlain = norm < Side;
            if (!IsPlain)
                TensorPrimitives.Divide(Brightness, norm, Brightness);
        }

        /// <summary>About its mean, of length 1, so that a dot product is Pearson's correlation.</summary>
        public float[] Brightness { get; } = new float[Side * Side];

        public bool IsPlain { get; }

        public float Red { get; }

        public float Green { get; }

        public float Blue { get; }
    }
}
