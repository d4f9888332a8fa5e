using System.Numerics;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class BinaryCodecTests
{
    [Theory]
    [InlineData(40, 4096)]
    [InlineData(1000, 4096)]
    public void Differing_signs_count_the_angle(int dimension, int bits)
    {
        var codec = BinaryCodec.Sign(dimension, bits, seed: 3);
        var random = new SeededRandom(4);
        for (var i = 0; i < 20; i++)
        {
            var a = Gaussian(random, dimension);
            var b = Gaussian(random, dimension);
            for (var j = 0; j < dimension; j++)
                b[j] = (i / 10f * a[j]) + b[j];
            var angle = Math.Acos(VectorMath.Dot(a, b) / Math.Sqrt(VectorMath.Dot(a, a) * VectorMath.Dot(b, b)));
            var (x, y) = (new ulong[bits / 64], new ulong[bits / 64]);
            codec.Encode(a, x);
            codec.Encode(b, y);
            // Four standard deviations of 4096 fair coins; bits of one rotation are spread more evenly than independent ones.
            Assert.Equal(angle / Math.PI, x.Zip(y, (p, q) => BitOperations.PopCount(p ^ q)).Sum() / (double)bits, 0.031);
        }
    }

    [Fact]
    public void Itq_keeps_more_of_the_neighbourhood_than_signs_and_a_longer_shortlist_more_than_a_short_one()
    {
        var sample = Decaying(1, 3000, 96);
        var sign = BinaryCodec.Sign(sample.Slice(0, 1000), 64).Measure(sample.Slice(1000, 2000), Metric.L2);
        var itq = BinaryCodec.Itq(sample.Slice(0, 1000), 64).Measure(sample.Slice(1000, 2000), Metric.L2);
        Assert.Equal((8.0, 10, 100, 2000), (itq.BytesPerVector, itq.K, itq.Queries, itq.Rows));
        Assert.Equal([10, 20, 50, 100, 200, 500, 1000], itq.Recall.Select(point => point.Shortlist));
        for (var i = 1; i < itq.Recall.Count; i++)
            Assert.True(itq.Recall[i].Recall >= itq.Recall[i - 1].Recall);
        Assert.True(itq.Recall[3].Recall > sign.Recall[3].Recall + 0.03, $"{itq.Recall[3]} against {sign.Recall[3]}");
        // Chance would find a twentieth.
        Assert.InRange(sign.Recall[3].Recall, 0.3, 0.9);
    }

    [Fact]
    public void Vectors_on_one_side_of_the_origin_need_the_mean()
    {
        var sample = Clustered(2, 1500, 64);
        foreach (ref var x in sample.Span)
            x += 20;
        var blind = BinaryCodec.Sign(64, 64).Measure(sample, Metric.L2);
        var centered = BinaryCodec.Sign(sample, 64).Measure(sample, Metric.L2);
        Assert.True(centered.Recall[2].Recall > 1.5 * blind.Recall[2].Recall, $"{centered.Recall[2]} against {blind.Recall[2]}");
    }

    [Fact]
    public void Read_back_they_make_the_same_codes_and_damage_is_refused()
    {
        var sample = Clustered(3, 300, 80);
        foreach (var codec in new[] { BinaryCodec.Sign(80, 128, seed: 7), BinaryCodec.Sign(sample, 64, seed: 8), BinaryCodec.Itq(sample, 64, seed: 9) })
        {
            var bytes = codec.Serialize();
            var read = BinaryCodec.Deserialize(bytes);
            Assert.Equal((codec.Name, codec.Dimension, codec.Bits), (read.Name, read.Dimension, read.Bits));
            Assert.Equal(bytes, read.Serialize());
            Assert.Equal(codec.Encode(sample), read.Encode(sample));
            var alone = new ulong[codec.Bits / 64];
            codec.Encode(sample.Row(5), alone);
            Assert.Equal(alone, codec.Encode(sample).AsSpan(5 * alone.Length, alone.Length).ToArray());
            for (var i = 0; i < bytes.Length; i += 9)
            {
                var damaged = (byte[])bytes.Clone();
                damaged[i] ^= 0x10;
                Assert.Throws<InvalidDataException>(() => BinaryCodec.Deserialize(damaged));
                Assert.Throws<InvalidDataException>(() => BinaryCodec.Deserialize(bytes.AsSpan(0, i)));
            }
        }
    }

    [Fact]
    public void Arguments_without_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BinaryCodec.Sign(10, 100));
        Assert.Throws<ArgumentException>(() => BinaryCodec.Sign(new Matrix(0, 4), 64));
        Assert.Throws<ArgumentException>(() => BinaryCodec.Itq(Clustered(1, 200, 32), 64));
        var codec = BinaryCodec.Sign(10, 64);
        Assert.Throws<ArgumentException>(() => codec.Encode(new float[9], new ulong[1]));
        Assert.Throws<ArgumentException>(() => codec.Encode(new float[10], new ulong[2]));
        Assert.Throws<ArgumentException>(() => codec.Encode(new Matrix(2, 9)));
        Assert.Throws<ArgumentException>(() => codec.Measure(new Matrix(5, 10), Metric.L2));
    }

    internal static Matrix Clustered(int seed, int rows, int columns)
    {
        var random = new SeededRandom(seed);
        var centers = new Matrix(40, columns);
        Gaussian(random, centers.Span.Length).CopyTo(centers.Span);
        var sample = new Matrix(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            var center = centers.Row(random.NextInt(centers.Rows));
            for (var j = 0; j < columns; j++)
                sample[i, j] = center[j] + ((float)random.NextGaussian() / MathF.Sqrt(1 + (j / 2f)));
        }
        return sample;
    }

    // Like descriptors: few directions carry most of the variance, and none of them is a coordinate.
    private static Matrix Decaying(int seed, int rows, int columns)
    {
        var random = new SeededRandom(seed);
        var sample = new Matrix(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                sample[i, j] = (float)random.NextGaussian() / (1 + (j / 8f));
        }
        return new RandomRotation(columns, seed).Apply(sample);
    }

    private static float[] Gaussian(SeededRandom random, int length)
    {
        var vector = new float[length];
        foreach (ref var x in vector.AsSpan())
            x = (float)random.NextGaussian();
        return vector;
    }
}
