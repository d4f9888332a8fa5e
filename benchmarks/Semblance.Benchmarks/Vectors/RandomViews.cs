using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Benchmarks.Vectors;

/// <summary>
/// Views of one photo, to make many vectors of few photos: crops of 45 to 100 % of each side at a random place, every
/// second one mirrored. The first view of a photo is the photo itself.
/// </summary>
internal static class RandomViews
{
    private const float SmallestPart = 0.45f;

    /// <param name="first">Number of the first view; the same photo, seed and number give the same view.</param>
    public static Picture[] Of(Picture photo, int photoNumber, int first, int count, int seed)
    {
        var views = new Picture[count];
        for (var i = 0; i < count; i++)
        {
            var number = first + i;
            var random = new SeededRandom(HashCode(seed, photoNumber, number));
            var view = number == 0 ? photo : photo.Crop(RandomBox(photo, random));
            views[i] = number % 2 == 1 ? Mirrored(view) : view;
        }
        return views;
    }

    private static long HashCode(int seed, int photo, int view) => ((long)seed << 48) ^ ((long)photo << 16) ^ view;

    private static PictureBox RandomBox(Picture photo, SeededRandom random)
    {
        var width = Part(photo.Width, random);
        var height = Part(photo.Height, random);
        return new PictureBox(random.NextInt(photo.Width - width + 1), random.NextInt(photo.Height - height + 1), width, height);
    }

    private static int Part(int side, SeededRandom random) => Math.Max(1, (int)(side * (SmallestPart + ((1 - SmallestPart) * random.NextSingle()))));

    private static Picture Mirrored(Picture picture)
    {
        var pixels = new byte[picture.Pixels.Length];
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
                picture.Pixels.AsSpan(((y * picture.Width) + x) * 3, 3).CopyTo(pixels.AsSpan(((y * picture.Width) + picture.Width - 1 - x) * 3, 3));
        }
        return new Picture(picture.Width, picture.Height, pixels, picture.Facts);
    }
}
