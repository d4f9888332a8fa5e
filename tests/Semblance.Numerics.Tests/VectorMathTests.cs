using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class VectorMathTests
{
    [Fact]
    public void Vectors_of_different_lengths_are_refused_with_both_lengths()
    {
        Assert.Contains("3 and 4", Assert.Throws<ArgumentException>(() => VectorMath.Dot(new float[3], new float[4])).Message);
        Assert.Throws<ArgumentException>(() => VectorMath.SquaredL2(new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => VectorMath.Hamming(new ulong[1], new ulong[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotRows(new float[3], new float[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.SquaredL2Rows(new float[3], new float[5], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.HammingRows(new ulong[2], new ulong[5], new int[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.SquaredLengths(new float[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotHalfRows(new float[3], new Half[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.SquaredL2HalfRows(new float[3], new Half[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotBFloat16Rows(new float[3], new ushort[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.SquaredL2BFloat16Rows(new float[3], new ushort[7], new float[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotBytes(new short[3], new byte[4]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotBytes(new byte[3], new byte[4]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotByteRows(new short[4], new byte[9], 6, new int[2]));
        Assert.Throws<ArgumentException>(() => VectorMath.DotByteRows(new short[4], new byte[9], 3, new int[2]));
    }

    [Fact]
    public void Known_values()
    {
        Assert.Equal(32, VectorMath.Dot([1, 2, 3], [4, 5, 6]));
        Assert.Equal(27, VectorMath.SquaredL2([1, 2, 3], [4, 5, 6]));
        Assert.Equal(3, VectorMath.Hamming([0b1011, 1], [0b0010, 0]));
        var result = new float[2];
        VectorMath.DotRows([1, 2], [3, 4, 5, 6], result);
        Assert.Equal([11, 17], result);
        VectorMath.SquaredL2Rows([1, 2], [3, 4, 5, 6], result);
        Assert.Equal([8, 32], result);
        Assert.Equal(-14, VectorMath.DotBytes(new short[] { -1, 2, -3 }, new byte[] { 1, 1, 5 }));
        Assert.Equal(65027u, VectorMath.DotBytes(new byte[] { 1, 255 }, new byte[] { 2, 255 }));
        var sums = new int[2];
        VectorMath.DotByteRows([1, -2], [3, 4, 99, 5, 6], 3, sums);
        Assert.Equal([-5, -7], sums);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-25f)]
    [InlineData(1e-44f)]
    [InlineData(1e25f)]
    [InlineData(3e38f)]
    public void Normalised_vectors_have_length_one_at_every_scale(float scale)
    {
        float[] vector = [scale, -scale, scale, scale];
        VectorMath.NormalizeL2(vector);
        Assert.All(vector, x => Assert.Equal(0.5f, Math.Abs(x), 1e-6f));
        Assert.True(vector[1] < 0);
    }

    [Fact]
    public void The_zero_vector_stays_zero_when_normalised()
    {
        var vector = new float[5];
        VectorMath.NormalizeL2(vector);
        Assert.All(vector, x => Assert.Equal(0, x));
    }
}
