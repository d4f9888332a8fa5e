using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Storage;

namespace Semblance.Spaces;

/// <summary>
/// What copying does to vectors, seen on the collection's own pictures: differences between the raw vector of an altered copy and that of
/// the picture. A projection that plays these directions down finds originals by their copies; without it, small copies find each other.
/// </summary>
internal static class CopyDifferences
{
    private const int MostPictures = 24;

    /// <summary>One picture in so many, so that a small collection's fit does not take as long as its embedding.</summary>
    private const int OneIn = 8;

    private const int SmallSide = 64;
    private const double BorderShare = 0.12;

    /// <returns><c>[pictures · 5, raw d]</c>; no rows where no picture can be read.</returns>
    public static Matrix Of(IGalleryStore store, Space space, IEmbedder embedder, int seed, int threads, CancellationToken cancellationToken)
    {
        var ids = store.Items().Select(item => item.Id).ToArray();
        new SeededRandom(seed).Shuffle(ids.AsSpan());
        var chosen = ids.Take(Math.Min(MostPictures, Math.Max(1, ids.Length / OneIn))).ToArray();
        var rows = new List<float[]>();
        foreach (var (id, copies) in AlteredCopies.Embed(store, embedder, chosen, (picture, place) => Alter(picture, place, seed), threads, cancellationToken))
        {
            if (store.Vectors(space.Id, id) is not [var bytes, ..])
                continue;
            var own = VectorForm.Decode(space.Kind, bytes, space.Dimension);
            for (var row = 0; row < copies.Rows; row++)
            {
                var difference = new float[own.Length];
                System.Numerics.Tensors.TensorPrimitives.Subtract(copies.Row(row), own, difference);
                rows.Add(difference);
            }
        }
        return rows.Count == 0 ? new Matrix(0, space.Dimension) : Matrix.FromRows(rows);
    }

    private static Picture[] Alter(Picture picture, int place, int seed)
        => [Small(picture), Bordered(picture, isWhite: place % 2 == 0), Grey(picture), Watermarked(picture), Cropped(picture, new SeededRandom(seed + place))];

    private static Picture Small(Picture picture)
    {
        var scale = Math.Min(1, (double)SmallSide / Math.Max(picture.Width, picture.Height));
        return picture.Resize(Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)));
    }

    private static Picture Bordered(Picture picture, bool isWhite)
    {
        var (left, top) = ((int)Math.Ceiling(picture.Width * BorderShare), (int)Math.Ceiling(picture.Height * BorderShare));
        var (width, height) = (picture.Width + (2 * left), picture.Height + (2 * top));
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(isWhite ? byte.MaxValue : byte.MinValue);
        for (var y = 0; y < picture.Height; y++)
            picture.Pixels.AsSpan(y * picture.Width * 3, picture.Width * 3).CopyTo(pixels.AsSpan((((y + top) * width) + left) * 3));
        return new Picture(width, height, pixels, picture.Facts);
    }

    /// <summary>By luma (Rec. 601).</summary>
    private static Picture Grey(Picture picture)
    {
        var pixels = new byte[picture.Pixels.Length];
        for (var i = 0; i < pixels.Length; i += 3)
            pixels.AsSpan(i, 3).Fill((byte)(((299 * picture.Pixels[i]) + (587 * picture.Pixels[i + 1]) + (114 * picture.Pixels[i + 2]) + 500) / 1000));
        return new Picture(picture.Width, picture.Height, pixels, picture.Facts);
    }

    /// <summary>Half-transparent white bars along the diagonal, as a line of letters would lie there.</summary>
    private static Picture Watermarked(Picture picture)
    {
        var pixels = picture.Pixels.ToArray();
        for (var i = 0; i < pixels.Length; i++)
        {
            var (across, down) = ((double)(i / 3 % picture.Width) / picture.Width, (double)(i / 3 / picture.Width) / picture.Height);
            if (Math.Abs(across - down) < 0.08 && (int)(across * 16) % 2 == 0)
                pixels[i] = (byte)((pixels[i] + byte.MaxValue) / 2);
        }
        return new Picture(picture.Width, picture.Height, pixels, picture.Facts);
    }

    /// <summary>Half of each side, anywhere.</summary>
    private static Picture Cropped(Picture picture, SeededRandom random)
    {
        var (width, height) = (Math.Max(1, picture.Width / 2), Math.Max(1, picture.Height / 2));
        return picture.Crop(new PictureBox(random.NextInt(picture.Width - width + 1), random.NextInt(picture.Height - height + 1), width, height));
    }
}
