using Semblance.Imaging;

namespace Semblance.Features.Tests;

internal static class DrawnPictures
{
    public static Picture Make(int width, int height, Func<int, int, (int Red, int Green, int Blue)> colour)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (red, green, blue) = colour(x, y);
                (pixels[((y * width) + x) * 3], pixels[(((y * width) + x) * 3) + 1], pixels[(((y * width) + x) * 3) + 2]) = ((byte)red, (byte)green, (byte)blue);
            }
        }
        return new Picture(width, height, pixels, new PictureFacts("png", width, height));
    }

    public static Picture Noise(int seed, int width = 8, int height = 8)
    {
        var random = new Random(seed);
        return Make(width, height, (_, _) => (random.Next(256), random.Next(256), random.Next(256)));
    }

    /// <summary>Soft blobs of colour: more like a photo than noise is.</summary>
    public static Picture Blobs(int seed, int width = 320, int height = 240)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 9).Select(_ => (X: random.NextDouble() * 0.08, Y: random.NextDouble() * 0.08, Phase: random.NextDouble() * 6)).ToArray();
        int Level(int first, int x, int y) => (int)(127 + (42 * Enumerable.Range(first, 3).Sum(i => Math.Sin((waves[i].X * x) + (waves[i].Y * y) + waves[i].Phase))));
        return Make(width, height, (x, y) => (Level(0, x, y), Level(3, x, y), Level(6, x, y)));
    }
}
