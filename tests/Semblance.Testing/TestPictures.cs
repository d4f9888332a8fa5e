using Semblance.Imaging;

namespace Semblance.Testing;

/// <summary>Pictures made by a seed: the same seed gives the same pixels on every machine.</summary>
public static class TestPictures
{
    /// <summary>A smooth ramp: red grows to the right, green downwards, blue falls to the right.</summary>
    public static Picture Gradient(int width, int height)
        => Draw(width, height, "gradient", (x, y) => (Byte(255.0 * x / Math.Max(1, width - 1)), Byte(255.0 * y / Math.Max(1, height - 1)), Byte(255 - (255.0 * x / Math.Max(1, width - 1)))));

    public static Picture Solid(int width, int height, byte red, byte green, byte blue)
        => Draw(width, height, "solid", (_, _) => (red, green, blue));

    public static Picture Noise(int width, int height, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[width * height * 3];
        random.NextBytes(pixels);
        return new Picture(width, height, pixels, new PictureFacts("noise", width, height));
    }

    /// <summary>
    /// A scene with what photographs have: a lit background, textures of several scales and a few shapes with soft edges.
    /// The class decides palette, texture and kind of shape; the seed moves and varies them, so that pictures of one
    /// class resemble each other and differ from those of others.
    /// </summary>
    public static Picture Scene(int width, int height, int classIndex, int seed)
    {
        var ofClass = new Random(unchecked((classIndex * 7919) + 13));
        var hue = ofClass.NextDouble();
        var secondHue = (hue + 0.2 + (0.6 * ofClass.NextDouble())) % 1;
        var frequency = 2 + (10 * ofClass.NextDouble());
        var angle = Math.PI * ofClass.NextDouble();
        var corners = ofClass.Next(0, 5);
        var count = 2 + ofClass.Next(4);
        var own = new Random(unchecked((classIndex * 104729) + (seed * 31) + 7));
        var phase = own.NextDouble() * Math.Tau;
        var light = 0.75 + (0.25 * own.NextDouble());
        var tilt = angle + ((own.NextDouble() - 0.5) * 0.3);
        var shapes = Enumerable.Range(0, count)
            .Select(_ => (X: own.NextDouble(), Y: own.NextDouble(), Size: 0.12 + (0.1 * own.NextDouble()), Turn: own.NextDouble() * Math.Tau, Shade: 0.6 + (0.4 * own.NextDouble())))
            .ToArray();
        var grain = own.Next();
        return Draw(width, height, "scene", (x, y) =>
        {
            var u = (x + 0.5) / Math.Max(width, height);
            var v = (y + 0.5) / Math.Max(width, height);
            var along = (u * Math.Cos(tilt)) + (v * Math.Sin(tilt));
            var across = (v * Math.Cos(tilt)) - (u * Math.Sin(tilt));
            var texture = (0.6 * Math.Sin((along * frequency * Math.Tau) + phase)) + (0.25 * Math.Sin((across * frequency * 2.7 * Math.Tau) + (2 * phase))) + (0.1 * Grain(x, y, grain));
            var value = light * (0.55 + (0.2 * texture) + (0.15 * (0.5 - v)));
            var color = FromHsv(hue, 0.55, value);
            foreach (var shape in shapes)
            {
                var dx = u - (shape.X * width / Math.Max(width, height));
                var dy = v - (shape.Y * height / Math.Max(width, height));
                var cover = Math.Clamp(((shape.Size - Reach(dx, dy, shape.Turn, corners)) * 60) + 0.5, 0, 1);
                if (cover <= 0)
                    continue;
                var paint = FromHsv(secondHue, 0.8, shape.Shade * (0.85 + (0.15 * texture)));
                color = (Mix(color.Red, paint.Red, cover), Mix(color.Green, paint.Green, cover), Mix(color.Blue, paint.Blue, cover));
            }
            return (Byte(color.Red), Byte(color.Green), Byte(color.Blue));
        });
    }

    /// <summary>
    /// Colours as photographs have them on average: brightness with as much of each scale (a spectrum of 1/f), little yellow against blue, less red
    /// against green, and a light of its own for each picture, around the mean colour of ImageNet.
    /// </summary>
    public static Picture Natural(int width, int height, int seed)
    {
        var random = new Random(unchecked((seed * 7919) + 5));
        double Around(double mean, double spread) => mean + (spread * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
        var (light, warmth, tint) = (Around(0.45, 0.3), Around(0.035, 0.12), Around(0.005, 0.04));
        var (bright, yellow, red) = (Scales(1), Scales(0.4), Scales(0.16));
        return Draw(width, height, "natural", (x, y) =>
        {
            var (u, v) = ((double)x / width, (double)y / height);
            var (l, b, r) = (light + bright(u, v), warmth + yellow(u, v), tint + red(u, v));
            return (Byte(255 * (l + (0.5 * b) + (0.6 * r))), Byte(255 * (l + (0.3 * b) - (0.5 * r))), Byte(255 * (l - b + (0.1 * r))));
        });

        Func<double, double, double> Scales(double strength)
        {
            var waves = Enumerable.Range(0, 6).SelectMany(octave => Enumerable.Range(0, 3).Select(_ => (Frequency: Math.Pow(2, octave) * (0.7 + (0.6 * random.NextDouble())), Angle: random.NextDouble() * Math.Tau, Phase: random.NextDouble() * Math.Tau))).ToArray();
            return (u, v) => waves.Sum(wave => strength * 0.16 / Math.Pow(wave.Frequency, 0.7) * Math.Sin((Math.Tau * wave.Frequency * ((u * Math.Cos(wave.Angle)) + (v * Math.Sin(wave.Angle)))) + wave.Phase));
        }
    }

    /// <summary>Mean absolute difference of the samples of two pictures of one size, 0 to 255.</summary>
    public static double Difference(Picture a, Picture b)
    {
        if (a.Width != b.Width || a.Height != b.Height)
            throw new ArgumentException($"{a.Width} x {a.Height} against {b.Width} x {b.Height}.");
        var sum = 0L;
        for (var i = 0; i < a.Pixels.Length; i++)
            sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum / (double)a.Pixels.Length;
    }

    /// <summary>The pixel at a place.</summary>
    public static (byte Red, byte Green, byte Blue) At(this Picture picture, int x, int y)
    {
        var first = ((y * picture.Width) + x) * 3;
        return (picture.Pixels[first], picture.Pixels[first + 1], picture.Pixels[first + 2]);
    }

    public static Picture Draw(int width, int height, string name, Func<int, int, (byte Red, byte Green, byte Blue)> color)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                (pixels[((y * width) + x) * 3], pixels[(((y * width) + x) * 3) + 1], pixels[(((y * width) + x) * 3) + 2]) = color(x, y);
        }
        return new Picture(width, height, pixels, new PictureFacts(name, width, height));
    }

    // Distance from the centre at which a polygon of that many corners has its edge, as a circle's radius; fewer than 3 corners is a circle.
    private static double Reach(double dx, double dy, double turn, int corners)
    {
        var radius = Math.Sqrt((dx * dx) + (dy * dy));
        if (corners < 3)
            return radius;
        var sector = Math.Tau / corners;
        var within = ((Math.Atan2(dy, dx) + turn + (2 * Math.Tau)) % sector) - (sector / 2);
        return radius * Math.Cos(within) / Math.Cos(sector / 2);
    }

    private static double Grain(int x, int y, int seed)
    {
        var hash = unchecked((uint)((x * 374761393) + (y * 668265263) + (seed * 974634777)));
        hash = unchecked((hash ^ (hash >> 13)) * 1274126177);
        return ((hash ^ (hash >> 16)) / (double)uint.MaxValue * 2) - 1;
    }

    private static (double Red, double Green, double Blue) FromHsv(double hue, double saturation, double value)
    {
        double Channel(double shift)
        {
            var k = (shift + (hue * 6)) % 6;
            return 255 * (value - (value * saturation * Math.Clamp(Math.Min(k, 4 - k), 0, 1)));
        }
        return (Channel(5), Channel(3), Channel(1));
    }

    private static double Mix(double a, double b, double share) => a + ((b - a) * share);

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
