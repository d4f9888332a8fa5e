using Semblance.Index.Codecs;
using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Codecs;

public sealed class ProductQuantizerTests
{
    [Theory]
    [InlineData(8, 4, 16)]
    [InlineData(10, 4, 16)]
    [InlineData(7, 7, 256)]
    [InlineData(33, 5, 256)]
    public void Codes_name_the_nearest_centroid_of_every_piece(int dimension, int pieces, int centroids)
    {
        var data = NaiveVectors.Gaussian(700, dimension, 1);
        var quantizer = ProductQuantizer.Train(data, pieces, centroids, new SeededRandom(2), 2);
        var codes = new byte[700 * pieces];
        quantizer.Encode(data, codes);
        var decoded = new float[dimension];
        var other = new float[dimension];
        for (var row = 0; row < 50; row++)
        {
            var code = codes.AsSpan(row * pieces, pieces).ToArray();
            quantizer.Decode(code, decoded);
            var distance = VectorMath.SquaredL2(data.Row(row), decoded);
            for (var piece = 0; piece < pieces; piece++)
            {
                for (var c = 0; c < centroids; c++)
                {
                    var changed = (byte[])code.Clone();
                    changed[piece] = (byte)c;
                    quantizer.Decode(changed, other);
                    Assert.True(VectorMath.SquaredL2(data.Row(row), other) >= distance - 1e-3f);
                }
            }
        }
    }

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.InnerProduct)]
    public void Tables_add_up_to_the_distance_from_the_decoded_vector(Metric metric)
    {
        var data = NaiveVectors.Gaussian(400, 18, 3);
        var quantizer = ProductQuantizer.Train(data, 4, 16, new SeededRandom(4), 1);
        var codes = new byte[400 * 4];
        quantizer.Encode(data, codes);
        var query = NaiveVectors.Gaussian(1, 18, 5).Row(0);
        var tables = new float[4 * 16];
        quantizer.Tables(query, metric, tables);
        var decoded = new float[18];
        for (var row = 0; row < 400; row++)
        {
            quantizer.Decode(codes.AsSpan(row * 4, 4), decoded);
            var sum = Enumerable.Range(0, 4).Sum(piece => tables[(piece * 16) + codes[(row * 4) + piece]]);
            Assert.Equal(metric == Metric.L2 ? VectorMath.SquaredL2(query, decoded) : -VectorMath.Dot(query, decoded), sum, 1e-3f);
        }
    }

    [Fact]
    public void More_pieces_and_more_centroids_lose_less()
    {
        var data = NaiveVectors.Gaussian(3000, 16, 6);
        double Loss(int pieces, int centroids)
        {
            var quantizer = ProductQuantizer.Train(data, pieces, centroids, new SeededRandom(7), 2);
            var codes = new byte[3000 * pieces];
            quantizer.Encode(data, codes);
            var decoded = new float[16];
            double loss = 0;
            for (var row = 0; row < 3000; row++)
            {
                quantizer.Decode(codes.AsSpan(row * pieces, pieces), decoded);
                loss += VectorMath.SquaredL2(data.Row(row), decoded);
            }
            return loss / 3000 / 16;
        }
        // One element a piece is the optimal scalar quantiser of Max (1960): 0.009497 at 16 levels. Two bits an element lose at least
        // 1/16 (rate–distortion bound of a unit Gaussian), and less the longer the pieces are.
        Assert.InRange(Loss(16, 16), 0.0090, 0.0105);
        Assert.InRange(Loss(8, 16), 0.0625, 0.115);
        Assert.InRange(Loss(4, 256), 0.0625, Loss(8, 16));
        Assert.True(Loss(4, 256) < Loss(4, 16));
    }

    [Fact]
    public void Learnt_rotation_is_orthogonal_and_lowers_the_loss()
    {
        var data = NaiveVectors.Gaussian(3000, 16, 8);
        for (var row = 0; row < data.Rows; row++)
        {
            for (var j = 0; j < 16; j++)
                data[row, j] *= j < 2 ? 10 : 0.1f;
        }
        var rotation = OptimizedRotation.Fit(data, 4, 16, new SeededRandom(9), 2, CancellationToken.None);
        for (var i = 0; i < 16; i++)
        {
            for (var j = 0; j < 16; j++)
                Assert.Equal(i == j ? 1 : 0, VectorMath.Dot(rotation.Row(i), rotation.Row(j)), 1e-3f);
        }
        var rotated = new Matrix(3000, 16);
        MatrixProduct.Multiply(data, rotation, rotated, transposeB: true);
        Assert.True(Loss(rotated) < 0.7 * Loss(data));

        static double Loss(Matrix vectors)
        {
            var quantizer = ProductQuantizer.Train(vectors, 4, 16, new SeededRandom(10), 2);
            var codes = new byte[vectors.Rows * 4];
            quantizer.Encode(vectors, codes);
            var decoded = new float[16];
            double loss = 0;
            for (var row = 0; row < vectors.Rows; row++)
            {
                quantizer.Decode(codes.AsSpan(row * 4, 4), decoded);
                loss += VectorMath.SquaredL2(vectors.Row(row), decoded);
            }
            return loss;
        }
    }
}
