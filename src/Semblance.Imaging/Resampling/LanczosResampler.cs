using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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

    /// <summary>What is kept of weights is four megabytes at most.</summary>
    private const int MostStretches = 64;
    private const int MostWeights = 1 << 14;

    private static readonly ConcurrentDictionary<(int Rows, int NewRows), Stretch> s_stretches = [];

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
        var rounded = ArrayPool<byte>.Shared.Rent(newHeight * newWidth * Channels);
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
            Transpose(Pixels<FloatPixel>(tall, newHeight * width), newHeight, width, Pixels<FloatPixel>(turned, newHeight * width));
            SumRows(turned, width, newHeight * Channels, done, newWidth);
            Round(done.AsSpan(0, newHeight * newWidth * Channels), rounded);
            Transpose(MemoryMarshal.Cast<byte, BytePixel>(rounded.AsSpan())[..(newHeight * newWidth)], newWidth, newHeight, MemoryMarshal.Cast<byte, BytePixel>(target));
        }
        finally
        {
            pool.Return(source);
            pool.Return(tall);
            pool.Return(turned);
            pool.Return(done);
            ArrayPool<byte>.Shared.Return(rounded);
        }
    }

    /// <summary>Each of <paramref name="newRows"/> rows is the kernel's sum of the rows around its place, <c>[rows, length] → [newRows, length]</c>.</summary>
    private static void SumRows(float[] source, int rows, int length, float[] target, int newRows)
    {
        var stretch = StretchOf(rows, newRows);
        for (var row = 0; row < newRows; row++)
        {
            var (first, from, count) = stretch.Rows[row];
            var weights = stretch.Weights.AsSpan(from, count);
            var output = target.AsSpan(row * length, length);
            TensorPrimitives.Multiply(source.AsSpan(first * length, length), weights[0], output);
            for (var i = 1; i < count; i++)
                TensorPrimitives.MultiplyAdd(source.AsSpan((first + i) * length, length), weights[i], output, output);
        }
    }

    private static Stretch StretchOf(int rows, int newRows)
    {
        if (s_stretches.TryGetValue((rows, newRows), out var known))
            return known;
        var made = Stretch.Make(rows, newRows);
        if (made.Weights.Length > MostWeights)
            return made;
        // Photos come in few sizes; the crops of a training run, which come in many, begin again.
        if (s_stretches.Count >= MostStretches)
            s_stretches.Clear();
        return s_stretches[(rows, newRows)] = made;
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

    /// <summary>Rounded and clamped to 0…255.</summary>
    private static void Round(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var i = 0;
        for (; i + Vector128<byte>.Count <= values.Length; i += Vector128<byte>.Count)
        {
            var low = Vector128.Narrow(Whole(values[i..]), Whole(values[(i + 4)..]));
            var high = Vector128.Narrow(Whole(values[(i + 8)..]), Whole(values[(i + 12)..]));
            Vector128.Narrow(low.AsUInt16(), high.AsUInt16()).CopyTo(bytes[i..]);
        }
        for (; i < values.Length; i++)
            bytes[i] = (byte)Math.Clamp((int)(values[i] + 0.5f), 0, 255);

        static Vector128<int> Whole(ReadOnlySpan<float> four) =>
            Vector128.Min(Vector128.Max(Vector128.ConvertToInt32(Vector128.Create(four) + Vector128.Create(0.5f)), Vector128<int>.Zero), Vector128.Create(255));
    }

    private static Span<T> Pixels<T>(float[] samples, int count)
        where T : struct => MemoryMarshal.Cast<float, T>(samples.AsSpan())[..count];

    /// <summary><c>[rows, columns]</c> to <c>[columns, rows]</c>, in tiles that stay in the cache.</summary>
    private static void Transpose<T>(ReadOnlySpan<T> source, int rows, int columns, Span<T> target)
        where T : struct
    {
        const int Tile = 16;
        for (var top = 0; top < rows; top += Tile)
        {
            var count = Math.Min(Tile, rows - top);
            for (var column = 0; column < columns; column++)
            {
                var line = target.Slice((column * rows) + top, count);
                for (int row = 0, from = (top * columns) + column; row < line.Length; row++, from += columns)
                    line[row] = source[from];
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct BytePixel(byte Red, byte Green, byte Blue);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FloatPixel(float Red, float Green, float Blue);

    /// <summary>The weights of one stretch: for each new row the first row that counts, where its weights begin, and how many they are.</summary>
    private sealed record Stretch((int First, int From, int Count)[] Rows, float[] Weights)
    {
        public static Stretch Make(int rows, int newRows)
        {
            var scale = (double)rows / newRows;
            var radius = Lobes * Math.Max(1, scale);
            var places = new (int First, int From, int Count)[newRows];
            var all = new List<float>();
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
                places[row] = (first, all.Count, count);
                for (var i = 0; i < count; i++)
                    all.Add((float)(weights[i] / sum));
            }
            return new(places, [.. all]);
        }

        private static double Kernel(double x)
        {
            x = Math.Abs(x);
            if (x < 1e-9)
                return 1;
            var angle = Math.PI * x;
            return x >= Lobes ? 0 : Lobes * Math.Sin(angle) * Math.Sin(angle / Lobes) / (angle * angle);
        }
    }
}
