using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Semblance.Imaging.Resampling;

namespace Semblance.Imaging.Augmenting;

/// <summary>
/// Pixels of a frame. Whole pixels are copied, a part inside the picture goes through the same resampler as everything else that is
/// resized, and any other map is interpolated bilinearly in whole numbers: coordinates have 32 bits behind the point and weights 12,
/// so that every machine gives the same bytes.
/// </summary>
internal static class FrameSampler
{
    private const int Channels = 3;
    private const int WeightBits = 12;
    private const double OnePixel = 1L << 32;

    /// <summary>From this shrink on, two by two pixels leave out so many that the picture is shrunk before.</summary>
    private const double ShrinkBefore = 1.25;

    /// <summary>Maps this close to whole pixels are taken as such: the roundings of composing a few maps.</summary>
    private const double Tolerance = 1e-6;

    /// <param name="target">RGB <c>[TargetHeight, TargetWidth, 3]</c>.</param>
    public static void Sample(Picture picture, PictureFrame frame, BorderMode border, Rgb fill, Span<byte> target)
    {
        var map = frame.ToTarget();
        if (map is { XY: 0, YX: 0 })
        {
            if (IsWhole(Math.Abs(map.XX) - 1) && IsWhole(Math.Abs(map.YY) - 1) && Math.Abs(map.XX) < 1.5 && Math.Abs(map.YY) < 1.5 && IsWhole(map.X0) && IsWhole(map.Y0))
            {
                Copy(picture, map, border, fill, target);
                return;
            }
            if (WholeBox(picture, map) is { } box)
            {
                LanczosResampler.Resize(picture.Pixels, picture.Width, box, map.TargetWidth, map.TargetHeight, target);
                Mirror(target, map.TargetWidth, map.TargetHeight, map.XX < 0, map.YY < 0);
                return;
            }
        }
        var (scaleX, scaleY) = (double.Hypot(map.XX, map.XY), double.Hypot(map.YX, map.YY));
        if (scaleX > ShrinkBefore || scaleY > ShrinkBefore)
        {
            var width = Math.Max(1, (int)Math.Round(picture.Width / Math.Max(1, scaleX)));
            var height = Math.Max(1, (int)Math.Round(picture.Height / Math.Max(1, scaleY)));
            map = map.OnResized((double)width / picture.Width, (double)height / picture.Height);
            picture = picture.Resize(width, height);
        }
        Interpolate(picture, map, border, fill, target);
    }

    private static bool IsWhole(double value) => Math.Abs(value - Math.Round(value)) < Tolerance;

    /// <summary>The part of the picture that the frame shows, where it has whole borders and lies inside; else null.</summary>
    private static PictureBox? WholeBox(Picture picture, in PictureFrame map)
    {
        var (width, height) = (Math.Abs(map.XX) * map.TargetWidth, Math.Abs(map.YY) * map.TargetHeight);
        var left = map.XX < 0 ? map.X0 - width : map.X0;
        var top = map.YY < 0 ? map.Y0 - height : map.Y0;
        if (!IsWhole(left) || !IsWhole(top) || !IsWhole(width) || !IsWhole(height))
            return null;
        if (left < -0.5 || top < -0.5 || width < 0.5 || height < 0.5 || left + width > picture.Width + 0.5 || top + height > picture.Height + 0.5)
            return null;
        return new PictureBox((int)Math.Round(left), (int)Math.Round(top), (int)Math.Round(width), (int)Math.Round(height));
    }

    private static void Mirror(Span<byte> target, int width, int height, bool horizontally, bool vertically)
    {
        var pixels = MemoryMarshal.Cast<byte, Rgb>(target);
        // Both at once are the reverse of everything.
        if (horizontally && vertically)
        {
            pixels.Reverse();
            return;
        }
        for (var y = 0; horizontally && y < height; y++)
            pixels.Slice(y * width, width).Reverse();
        for (var y = 0; vertically && y < height / 2; y++)
        {
            var upper = pixels.Slice(y * width, width);
            var lower = pixels.Slice((height - 1 - y) * width, width);
            for (var x = 0; x < width; x++)
                (upper[x], lower[x]) = (lower[x], upper[x]);
        }
    }

    private static void Copy(Picture picture, in PictureFrame map, BorderMode border, Rgb fill, Span<byte> target)
    {
        var source = MemoryMarshal.Cast<byte, Rgb>(picture.Pixels.AsSpan());
        var pixels = MemoryMarshal.Cast<byte, Rgb>(target);
        var (stepX, stepY) = (Math.Sign(map.XX), Math.Sign(map.YY));
        // A mirrored pixel begins where the one before it in the picture ends.
        var firstX = (int)Math.Round(map.X0) - (stepX < 0 ? 1 : 0);
        var firstY = (int)Math.Round(map.Y0) - (stepY < 0 ? 1 : 0);
        for (var y = 0; y < map.TargetHeight; y++)
        {
            var row = pixels.Slice(y * map.TargetWidth, map.TargetWidth);
            var fromY = Place(firstY + (y * stepY), picture.Height, border);
            if (fromY < 0)
            {
                row.Fill(fill);
                continue;
            }
            var from = source.Slice(fromY * picture.Width, picture.Width);
            // Inside the picture lie the target's pixels from..to.
            var (start, end) = stepX > 0 ? (-firstX, picture.Width - firstX) : (firstX - picture.Width + 1, firstX + 1);
            (start, end) = (Math.Clamp(start, 0, row.Length), Math.Clamp(end, 0, row.Length));
            for (var x = 0; x < start; x++)
                row[x] = At(from, firstX + (x * stepX), border, fill);
            for (var x = Math.Max(start, end); x < row.Length; x++)
                row[x] = At(from, firstX + (x * stepX), border, fill);
            if (end <= start)
                continue;
            if (stepX > 0)
            {
                from.Slice(firstX + start, end - start).CopyTo(row[start..]);
                continue;
            }
            for (var x = start; x < end; x++)
                row[x] = from[firstX - x];
        }

        static Rgb At(ReadOnlySpan<Rgb> row, int x, BorderMode border, Rgb fill) => Place(x, row.Length, border) is var place and >= 0 ? row[place] : fill;
    }

    /// <summary>Where to read for a place that may lie outside 0…length − 1; −1 for the border's colour.</summary>
    private static int Place(int place, int length, BorderMode border)
    {
        if ((uint)place < (uint)length)
            return place;
        switch (border)
        {
            case BorderMode.Edge:
                return place < 0 ? 0 : length - 1;
            case BorderMode.Reflect when length > 1:
                var period = 2 * (length - 1);
                place = Math.Abs(place) % period;
                return place < length ? place : period - place;
            case BorderMode.Reflect:
                return 0;
            default:
                return -1;
        }
    }

    private static void Interpolate(Picture picture, in PictureFrame map, BorderMode border, Rgb fill, Span<byte> target)
    {
        var (width, height) = (picture.Width, picture.Height);
        ref var source = ref MemoryMarshal.GetArrayDataReference(picture.Pixels);
        var (stepX, stepY) = (Fixed(map.XX), Fixed(map.YX));
        // Places count from the centre of the first pixel; half a weight more rounds them.
        var half = 1L << (31 - WeightBits);
        // Four bytes are read for the three of a pixel, so the last pixel takes the slow way.
        var last = (width * height * Channels) - sizeof(uint);
        for (var row = 0; row < map.TargetHeight; row++)
        {
            var x = Fixed((map.XX * 0.5) + (map.XY * (row + 0.5)) + map.X0 - 0.5) + half;
            var y = Fixed((map.YX * 0.5) + (map.YY * (row + 0.5)) + map.Y0 - 0.5) + half;
            var output = target.Slice(row * map.TargetWidth * Channels, map.TargetWidth * Channels);
            for (var i = 0; i + 2 < output.Length; i += Channels, x += stepX, y += stepY)
            {
                var (left, top) = ((int)(x >> 32), (int)(y >> 32));
                var right = (uint)(x >>> (32 - WeightBits)) & ((1 << WeightBits) - 1);
                var bottom = (uint)(y >>> (32 - WeightBits)) & ((1 << WeightBits) - 1);
                Vector128<uint> a, b, c, d;
                var at = ((top * width) + left) * Channels;
                if ((uint)left < (uint)(width - 1) && (uint)top < (uint)(height - 1) && at + ((width + 1) * Channels) <= last)
                {
                    a = Load(ref source, at);
                    b = Load(ref source, at + Channels);
                    c = Load(ref source, at + (width * Channels));
                    d = Load(ref source, at + ((width + 1) * Channels));
                }
                else
                {
                    a = Outside(picture, left, top, border, fill);
                    b = Outside(picture, left + 1, top, border, fill);
                    c = Outside(picture, left, top + 1, border, fill);
                    d = Outside(picture, left + 1, top + 1, border, fill);
                }
                // 255 · 2^24 and the half fit into 32 bits without a sign.
                const uint One = 1 << WeightBits;
                var upper = (a * (One - right)) + (b * right);
                var lower = (c * (One - right)) + (d * right);
                var sum = ((upper * (One - bottom)) + (lower * bottom) + Vector128.Create(1u << ((2 * WeightBits) - 1))) >>> (2 * WeightBits);
                output[i + 2] = (byte)sum[2];
                output[i + 1] = (byte)sum[1];
                output[i] = (byte)sum[0];
            }
        }
    }

    /// <summary>Clamped so far outside that no sum overflows and no picture reaches there.</summary>
    private static long Fixed(double value) => (long)Math.Round(Math.Clamp(value, -(1 << 28), 1 << 28) * OnePixel);

    private static Vector128<uint> Load(ref byte source, int at)
        => Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, at))).AsByte()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<uint> Outside(Picture picture, int x, int y, BorderMode border, Rgb fill)
    {
        (x, y) = (Place(x, picture.Width, border), Place(y, picture.Height, border));
        if (x < 0 || y < 0)
            return Vector128.Create(fill.Red, fill.Green, (uint)fill.Blue, 0);
        var pixel = picture.Pixels.AsSpan(((y * picture.Width) + x) * Channels, Channels);
        return Vector128.Create(pixel[0], pixel[1], (uint)pixel[2], 0);
    }
}
