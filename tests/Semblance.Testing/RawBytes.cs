using Semblance.Imaging;
using static Semblance.Testing.TiffBytes;

namespace Semblance.Testing;

/// <summary>A DNG as a camera writes it: a rendering in JPEG first, the sensor's samples behind a red-green-green-blue filter in a directory of its own.</summary>
public static class RawBytes
{
    private const int White = 16383;

    /// <param name="scene">What the sensor saw.</param>
    /// <param name="rendering">The JPEG inside, or null for none.</param>
    /// <param name="change">What becomes of the JPEG's bytes.</param>
    public static byte[] Dng(Picture scene, Picture? rendering, int orientation = 1, bool renderingHasExif = false, Func<byte[], byte[]>? change = null)
    {
        var preview = rendering is null ? [] : PictureBytes.Jpeg(rendering);
        if (change is not null)
            preview = change(preview);
        if (renderingHasExif)
            preview = TestExif.IntoJpeg(preview, TestExif.Block(orientation));
        var sensor = new TiffBytes.Directory(
            [
                Entry.Longs(254, 0),
                Entry.Longs(256, (uint)scene.Width),
                Entry.Longs(257, (uint)scene.Height),
                Entry.Shorts(258, 16),
                Entry.Shorts(259, 1),
                Entry.Shorts(262, 32803),
                Entry.Shorts(277, 1),
                Entry.Longs(278, (uint)scene.Height),
                Entry.Shorts(33421, 2, 2),
                Entry.Bytes(33422, 0, 1, 1, 2),
                Entry.Longs(50714, 0),
                Entry.Longs(50717, White),
            ],
            Mosaic(scene));
        return TiffBytes.File(new TiffBytes.Directory(
            [
                Entry.Longs(254, 1),
                Entry.Longs(256, (uint)(rendering?.Width ?? 1)),
                Entry.Longs(257, (uint)(rendering?.Height ?? 1)),
                Entry.Shorts(258, 8, 8, 8),
                Entry.Shorts(259, 7),
                Entry.Shorts(262, 6),
                Entry.Text(271, "Semblance"),
                Entry.Text(272, "Semblance Test"),
                Entry.Shorts(274, (ushort)orientation),
                Entry.Shorts(277, 3),
                Entry.Longs(278, (uint)(rendering?.Height ?? 1)),
                Entry.Bytes(50706, 1, 4, 0, 0),
                Entry.Bytes(50707, 1, 1, 0, 0),
                Entry.Text(50708, "Semblance Test"),
                // XYZ under D65 to linear sRGB (IEC 61966-2-1), so that the developed colours are those of the scene.
                Entry.Rationals(50721, SignedRational, 3241, -1537, -499, -969, 1876, 42, 56, -204, 1057),
                Entry.Rationals(50728, Rational, 1000, 1000, 1000),
                Entry.Shorts(50778, 21),
            ],
            preview,
            sensor));
    }

    // Light is what a sensor counts: samples are linear.
    private static byte[] Mosaic(Picture scene)
    {
        var samples = new byte[scene.Width * scene.Height * 2];
        for (var y = 0; y < scene.Height; y++)
        {
            for (var x = 0; x < scene.Width; x++)
            {
                var (red, green, blue) = scene.At(x, y);
                var value = (y % 2, x % 2) switch { (0, 0) => red, (1, 1) => blue, _ => green } / 255.0;
                var linear = value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
                BitConverter.TryWriteBytes(samples.AsSpan(((y * scene.Width) + x) * 2), (ushort)Math.Round(linear * White));
            }
        }
        return samples;
    }
}
