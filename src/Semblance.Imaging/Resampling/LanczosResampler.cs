using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Semblance.Imaging.Resampling;

/// <summary>
/// Stretches RGB pixels to an exact size with a Lanczos kernel of three lobes, widened where it shrinks so that nothing
/// aliases (Turkowski, "Filters for Common Resampling Tasks", 1990). Both passes are weighted sums of whole rows, the second
/// on the transposed picture, so that all arithmetic is long and contiguous.
/// <para>
/// libvips has this, too, but sets up a pipeline for each call and enlarges without SIMD: 2.4 ms for 300 × 220 → 256 × 256
/// on the machine where this takes 0.4. Every indexed picture pays that once per network.
/// </para>
/// Six multiply-adds for each sample of a pass where it enlarges, <c>6 · size / newSize</c> where it shrinks.
/// </summary>
internal static class LanczosResampler
{
    private const int Lobes = 3;
    private const int Channels = 3;

    /// <param name="pixels">RGB, <c>[height, width, 3]</c>.</param>
    /// <returns>RGB, <c>[newHeight, newWidth, 3]</c>.</returns>
    public static byte[] Resize(byte[] pixels, int width, int height, int newWidth, int newHeight)
    {
        var target = GC.AllocateUninitializedArray<byte>(newHeight * newWidth * Channels);
        Resize(pixels, width, new PictureBox(0, 0, width, height), newWidth, newHeight, target);
        return target;
    }

    /// <summary>A part alone: what lies around it has no influence.</summary>
    /// <param name="pixels">RGB, rows of <paramref name="pictureWidth"/> pixels.</param>
    /// <param name="box">Inside the picture.</param>
    /// <param name="target">Gets RGB, <c>[newHeight, newWidth, 3]</c>.</param>
    public static void Resize(ReadOnlySpan<byte> pixels, int pictureWidth, PictureBox box, int newWidth, int newHeight, Span<byte> target)
    {
        var (width, height) = (box.Width, box.Height);
        var pool = ArrayPool<float>.Shared;
        var source = pool.Rent(height * width * Channels);
        var tall = pool.Rent(newHeight * width * Channels);
        var turned = pool.Rent(newHeight * width * Channels);
        var done = pool.Rent(newHeight * newWidth * Channels);
        try
        {
            if (width == pictureWidth)
                Widen(pixels.Slice(box.Y * width * Channels, height * width * Channels), source);
            else
            {
                for (var y = 0; y < height; y++)
                    Widen(pixels.Slice((((y + box.Y) * pictureWidth) + box.X) * Channels, width * Channels), source.AsSpan(y * width * Channels));
            }
            SumRows(source, height, width * Channels, tall, newHeight);
            Transpose(tall, newHeight, width, turned);
            SumRows(turned, width, newHeight * Channels, done, newWidth);
            TransposeToBytes(done, newWidth, newHeight, target);
        }
        finally
        {
            pool.Return(source);
            pool.Return(tall);
            pool.Return(turned);
            pool.Return(done);
        }
    }

    /// <summary>Each of <paramref name="newRows"/> rows is the kernel's sum of the rows around its place, <c>[rows, length] → [newRows, length]</c>.</summary>
    private static void SumRows(float[] source, int rows, int length, float[] target, int newRows)
    {
        var scale = (double)rows / newRows;
        var radius = Lobes * Math.Max(1, scale);
        Span<float> weights = new float[(int)(2 * radius) + 2];
        for (var row = 0; row < newRows; row++)
        {
            var centre = ((row + 0.5) * scale) - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - radius));
            var count = Math.Min(rows - 1, (int)Math.Floor(centre + radius)) - first + 1;
            // Outside the picture there is nothing to weigh: what is inside shares the whole weight.
            var sum = 0.0;
            for (var i = 0; i < count; i++)
                sum += weights[i] = (float)Kernel((first + i - centre) / Math.Max(1, scale));
            var output = target.AsSpan(row * length, length);
            TensorPrimitives.Multiply(source.AsSpan(first * length, length), (float)(weights[0] / sum), output);
            for (var i = 1; i < count; i++)
                TensorPrimitives.MultiplyAdd(source.AsSpan((first + i) * length, length), (float)(weights[i] / sum), output, output);
        }
    }

    private static double Kernel(double x)
    {
        x = Math.Abs(x);
        if (x < 1e-9)
            return 1;
        var angle = Math.PI * x;
        return x >= Lobes ? 0 : Lobes * Math.Sin(angle) * Math.Sin(angle / Lobes) / (angle * angle);
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        var i = 0;
        for (; i + Vector128<byte>.Count <= bytes.Length; i += Vector128<byte>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(bytes[i..]));
            Store(low, floats[i..]);
            Store(high, floats[(i + 8)..]);
        }
        for (; i < bytes.Length; i++)
            floats[i] = bytes[i];

        static void Store(Vector128<ushort> eight, Span<float> target)
        {
            var (low, high) = Vector128.Widen(eight);
            Vector128.ConvertToSingle(low.AsInt32()).CopyTo(target);
            Vector128.ConvertToSingle(high.AsInt32()).CopyTo(target[4..]);
        }
    }

    /// <summary>Pixels of <c>[rows, columns, 3]</c> to <c>[columns, rows, 3]</c>, in tiles that stay in the cache.</summary>
    private static void Transpose(ReadOnlySpan<float> source, int rows, int columns, Span<float> target)
    {
        const int Tile = 16;
        for (var top = 0; top < rows; top += Tile)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var row = top; row < Math.Min(rows, top + Tile); row++)
                {
                    var from = source.Slice(((row * columns) + column) * Channels, Channels);
                    var to = target.Slice(((column * rows) + row) * Channels, Channels);
                    to[2] = from[2];
                    to[1] = from[1];
                    to[0] = from[0];
                }
            }
        }
    }

    /// <summary>As <see cref="Transpose"/>, rounded and clamped to 0…255.</summary>
    private static void TransposeToBytes(ReadOnlySpan<float> source, int rows, int columns, Span<byte> target)
    {
        const int Tile = 16;
        for (var top = 0; top < rows; top += Tile)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var row = top; row < Math.Min(rows, top + Tile); row++)
                {
                    var from = source.Slice(((row * columns) + column) * Channels, Channels);
                    var to = target.Slice(((column * rows) + row) * Channels, Channels);
                    to[2] = Round(from[2]);
                    to[1] = Round(from[1]);
                    to[0] = Round(from[0]);
                }
            }
        }

        static byte Round(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
    }
}
