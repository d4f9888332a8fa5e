using System.Runtime.InteropServices;
using Semblance.Numerics.Kernels;
using Xunit;

namespace Semblance.Numerics.Tests.Kernels;

public sealed class VectorKernelTests
{
    private const int LongestLength = 130;

    public static TheoryData<string> Names => [.. VectorKernels.Available.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pairs_agree_with_double_precision_at_every_length(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(1);
        for (var length = 0; length <= LongestLength; length++)
        {
            // One element before the vectors, so that loads are not aligned by accident.
            var a = Gaussians(random, length + 1);
            var b = Gaussians(random, length + 1);
            double dot = 0, squared = 0, scale = 0;
            for (var i = 1; i <= length; i++)
            {
                dot += (double)a[i] * b[i];
                squared += Math.Pow((double)a[i] - b[i], 2);
                scale += Math.Abs((double)a[i] * b[i]);
            }
            Assert.Equal(dot, kernel.Dot(ref First(a.AsSpan(1)), ref First(b.AsSpan(1)), length), 2e-6 * scale);
            Assert.Equal(squared, kernel.SquaredL2(ref First(a.AsSpan(1)), ref First(b.AsSpan(1)), length), 2e-6 * squared);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_has_the_very_bits_of_its_pair_wherever_it_stands(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(2);
        for (var length = 0; length <= LongestLength; length++)
        {
            for (var count = 0; count <= 9; count += length % 3 == 0 ? 1 : 3)
            {
                var query = Gaussians(random, length);
                var rows = Gaussians(random, length * count);
                var dots = new float[count];
                var squares = new float[count];
                kernel.DotRows(ref First(query), ref First(rows), length, dots);
                kernel.SquaredL2Rows(ref First(query), ref First(rows), length, squares);
                for (var row = 0; row < count; row++)
                {
                    Assert.Equal(kernel.Dot(ref First(query), ref First(rows.AsSpan(row * length)), length), dots[row]);
                    Assert.Equal(kernel.SquaredL2(ref First(query), ref First(rows.AsSpan(row * length)), length), squares[row]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Squared_lengths_agree_with_double_precision_at_every_length(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(7);
        for (var length = 0; length <= LongestLength; length++)
        {
            // One to ten rows at every length: steps of several rows, and what is left of them.
            var count = 1 + (length % 10);
            var rows = Gaussians(random, length * count);
            var result = new float[count];
            kernel.SquaredLengths(ref First(rows), length, result);
            for (var row = 0; row < count; row++)
            {
                var expected = rows.Skip(row * length).Take(length).Sum(x => (double)x * x);
                Assert.Equal(expected, result[row], 2e-6 * expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Elements_outside_the_vectors_are_never_added(string name)
    {
        var kernel = VectorKernels.Choose(name);
        for (var length = 0; length <= LongestLength; length++)
        {
            var a = new float[length + 64];
            Array.Fill(a, float.NaN);
            a.AsSpan(32, length).Fill(1);
            Assert.Equal(length, kernel.Dot(ref First(a.AsSpan(32)), ref First(a.AsSpan(32)), length));
            Assert.Equal(0, kernel.SquaredL2(ref First(a.AsSpan(32)), ref First(a.AsSpan(32)), length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_infinite_element_is_counted_once_and_makes_no_NaN(string name)
    {
        var kernel = VectorKernels.Choose(name);
        for (var length = 1; length <= LongestLength; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var a = new float[length];
                var b = new float[length];
                Array.Fill(b, 1);
                a[at] = float.PositiveInfinity;
                Assert.Equal(float.PositiveInfinity, kernel.Dot(ref First(a), ref First(b), length));
                Assert.Equal(float.PositiveInfinity, kernel.SquaredL2(ref First(a), ref First(b), length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hamming_counts_differing_bits_at_every_length(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(3);
        for (var words = 0; words <= LongestLength; words++)
        {
            var count = words <= 16 ? 37 : 5;
            var query = Words(random, words);
            var codes = Words(random, words * count);
            var result = new int[count];
            kernel.HammingRows(ref MemoryMarshal.GetReference(query.AsSpan()), ref MemoryMarshal.GetReference(codes.AsSpan()), words, result);
            for (var row = 0; row < count; row++)
            {
                var expected = query.Zip(codes.Skip(row * words), (x, y) => BitByBit(x ^ y)).Sum();
                Assert.Equal(expected, result[row]);
                Assert.Equal(expected, kernel.Hamming(ref MemoryMarshal.GetReference(query.AsSpan()), ref MemoryMarshal.GetReference(codes.AsSpan(row * words)), words));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_of_narrow_numbers_have_the_very_bits_of_their_widened_rows(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(6);
        for (var length = 0; length <= LongestLength; length++)
        {
            var count = 1 + length % 9;
            var query = Gaussians(random, length);
            var halves = new Half[length * count];
            var uppers = new ushort[length * count];
            for (var i = 0; i < halves.Length; i++)
            {
                // Over the whole range, denormals and zeros of either sign included.
                halves[i] = (Half)(float)(random.NextGaussian() * Math.Pow(2, random.NextInt(36) - 24));
                uppers[i] = (ushort)(BitConverter.SingleToUInt32Bits((float)random.NextGaussian()) >> 16);
            }
            AssertSame(Array.ConvertAll(halves, x => (float)x), (query, result, squared) =>
            {
                if (squared)
                    kernel.SquaredL2HalfRows(ref First(query), ref MemoryMarshal.GetReference(halves.AsSpan()), length, result);
                else
                    kernel.DotHalfRows(ref First(query), ref MemoryMarshal.GetReference(halves.AsSpan()), length, result);
            });
            AssertSame(Array.ConvertAll(uppers, x => BitConverter.UInt32BitsToSingle((uint)x << 16)), (query, result, squared) =>
            {
                if (squared)
                    kernel.SquaredL2BFloat16Rows(ref First(query), ref MemoryMarshal.GetReference(uppers.AsSpan()), length, result);
                else
                    kernel.DotBFloat16Rows(ref First(query), ref MemoryMarshal.GetReference(uppers.AsSpan()), length, result);
            });

            void AssertSame(float[] widened, Action<float[], float[], bool> rows)
            {
                var expected = new float[count];
                var result = new float[count];
                kernel.DotRows(ref First(query), ref First(widened), length, expected);
                rows(query, result, false);
                Assert.Equal(expected, result);
                kernel.SquaredL2Rows(ref First(query), ref First(widened), length, expected);
                rows(query, result, true);
                Assert.Equal(expected, result);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_finite_half_is_widened_exactly(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var halves = new Half[16];
        float[] query = new float[16];
        var result = new float[1];
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (!Half.IsFinite(half))
                continue;
            Array.Clear(halves);
            Array.Clear(query);
            halves[bits % 16] = half;
            query[bits % 16] = 1;
            kernel.DotHalfRows(ref First(query), ref MemoryMarshal.GetReference(halves.AsSpan()), 16, result);
            Assert.Equal((float)half, result[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_of_bytes_are_exact_at_every_length_and_stride(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var random = new SeededRandom(4);
        for (var length = 0; length <= LongestLength; length++)
        {
            var stride = length + length % 5;
            var count = 1 + length % 11;
            var query = new short[length];
            foreach (ref var x in query.AsSpan())
                x = (short)random.NextUInt64();
            var rows = new byte[stride * count + 2];
            foreach (ref var x in rows.AsSpan())
                x = (byte)random.NextUInt64();
            var result = new int[count];
            // From the second byte on, so that loads are not aligned by accident.
            kernel.DotByteRows(ref MemoryMarshal.GetReference(query.AsSpan()), ref rows[1], length, stride, result);
            for (var row = 0; row < count; row++)
            {
                int product = 0;
                uint symmetric = 0;
                for (var i = 0; i < length; i++)
                {
                    product += query[i] * rows[1 + row * stride + i];
                    symmetric += (uint)(rows[1 + i] * rows[1 + row * stride + i]);
                }
                Assert.Equal(product, result[row]);
                ref var first = ref MemoryMarshal.GetReference(rows.AsSpan(1 + row * stride));
                Assert.Equal(product, kernel.DotBytes(ref MemoryMarshal.GetReference(query.AsSpan()), ref first, length));
                Assert.Equal(symmetric, kernel.DotBytes(ref rows[1], ref first, length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_of_the_largest_bytes_fit_at_the_largest_dimension(string name)
    {
        var kernel = VectorKernels.Choose(name);
        var codes = new byte[1 << 16];
        Array.Fill(codes, byte.MaxValue);
        Assert.Equal(65025u << 16, kernel.DotBytes(ref codes[0], ref codes[0], codes.Length));
        var query = new short[codes.Length];
        Array.Fill(query, (short)128);
        Assert.Equal(128 * 255 * 65535, kernel.DotBytes(ref query[0], ref codes[0], codes.Length - 1));
    }

    [Fact]
    public void The_widest_kernel_is_chosen_unless_one_is_named()
    {
        Assert.Equal(VectorKernels.Available[^1].Name, VectorKernels.Choose(null).Name);
        Assert.Equal("scalar", VectorKernels.Choose("scalar").Name);
        var unknown = Assert.Throws<PlatformNotSupportedException>(() => VectorKernels.Choose("1024"));
        Assert.Contains("scalar", unknown.Message);
    }

    private static int BitByBit(ulong word)
    {
        var bits = 0;
        for (; word != 0; word >>= 1)
            bits += (int)(word & 1);
        return bits;
    }

    private static ref float First(Span<float> vector) => ref MemoryMarshal.GetReference(vector);

    private static float[] Gaussians(SeededRandom random, int length)
    {
        var vector = new float[length];
        foreach (ref var x in vector.AsSpan())
            x = (float)random.NextGaussian();
        return vector;
    }

    private static ulong[] Words(SeededRandom random, int length)
    {
        var words = new ulong[length];
        foreach (ref var x in words.AsSpan())
            x = random.NextUInt64();
        return words;
    }
}
