using Semblance.Index.Tests.Conformance;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class VectorCodecTests
{
    public static TheoryData<string, int> CodecsAndDimensions
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var codec in new[] { "sq8", "sq4-rotated", "pq", "opq", "rabitq" })
            {
                foreach (var dimension in new[] { 9, 16, 64, 100 })
                    data.Add(codec, dimension);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CodecsAndDimensions))]
    public void Estimates_agree_with_decoded_vectors(string name, int dimension)
    {
        var sample = NaiveVectors.Gaussian(600, dimension, 1);
        var codec = Create(name, sample);
        var vectors = NaiveVectors.Gaussian(50, dimension, 2);
        var codes = codec.Encode(vectors);
        Assert.Equal(50 * codec.BytesPerVector, codes.Length);
        var query = NaiveVectors.Gaussian(1, dimension, 3).Row(0);
        var distances = new float[50];
        var decoded = new float[dimension];
        foreach (var metric in new[] { Metric.L2, Metric.InnerProduct })
        {
            codec.Estimate(query, metric, codes, distances);
            double estimateError = 0, decodedError = 0;
            for (var i = 0; i < 50; i++)
            {
                codec.Decode(codes.AsSpan(i * codec.BytesPerVector, codec.BytesPerVector), decoded);
                var truth = metric == Metric.L2 ? VectorMath.SquaredL2(query, vectors.Row(i)) : -VectorMath.Dot(query, vectors.Row(i));
                var seen = metric == Metric.L2 ? VectorMath.SquaredL2(query, decoded) : -VectorMath.Dot(query, decoded);
                // One-bit codes estimate better than what they decode to; the others measure the decoded vector.
                if (name != "rabitq")
                    Assert.Equal(seen, distances[i], 1e-3f * dimension);
                estimateError += Math.Abs(distances[i] - truth);
                decodedError += Math.Abs(seen - truth);
            }
            Assert.True(estimateError / 50 < (name == "sq8" ? 0.05 : 0.6) * dimension, $"{estimateError / 50}");
            Assert.True(estimateError <= decodedError * 1.3 + 0.1);
        }
    }

    [Fact]
    public void One_bit_estimates_are_unbiased_and_stay_within_their_bound()
    {
        const int Dimension = 128;
        var vectors = NaiveVectors.Gaussian(400, Dimension, 4);
        var queries = NaiveVectors.Gaussian(40, Dimension, 5);
        var distances = new float[400];
        var bounds = new float[400];
        double error = 0, truthSum = 0;
        var within = new int[2];
        for (var seed = 0; seed < 5; seed++)
        {
            var codec = VectorCodec.RaBitQ(vectors, seed);
            var codes = codec.Encode(vectors);
            for (var q = 0; q < queries.Rows; q++)
            {
                for (var e = 0; e < 2; e++)
                {
                    codec.Estimate(queries.Row(q), Metric.L2, codes, distances, bounds, e == 0 ? 1.9f : 3.5f);
                    for (var i = 0; i < 400; i++)
                    {
                        var truth = VectorMath.SquaredL2(queries.Row(q), vectors.Row(i));
                        within[e] += Math.Abs(distances[i] - truth) <= bounds[i] ? 1 : 0;
                        error += distances[i] - truth;
                        truthSum += truth;
                    }
                }
            }
        }
        const double Pairs = 5 * 40 * 400;
        // The error's components behave like those of a random direction: normal, nearly.
        Assert.InRange(within[0] / Pairs, 0.93, 0.96);
        Assert.InRange(within[1] / Pairs, 0.999, 1);
        Assert.InRange(error / truthSum, -0.002, 0.002);
    }

    [Fact]
    public void Fidelity_grows_with_the_bytes_spent()
    {
        var sample = Clustered(3000, 64, 6);
        var codecs = new[] { VectorCodec.RaBitQ(sample), VectorCodec.Product(sample, 32, 4), VectorCodec.Scalar(64, 4, 1), VectorCodec.Scalar(64, 8) };
        var recalls = codecs.Select(codec => codec.Measure(sample, Metric.L2, 60).Recall.Single(point => point.Shortlist == 20).Recall).ToArray();
        Assert.True(recalls[0] < recalls[1] && recalls[1] < recalls[2] && recalls[2] <= recalls[3], string.Join(", ", recalls));
        Assert.True(recalls[2] > 0.97);
        Assert.Equal(1, recalls[3], 0.003);
    }

    [Fact]
    public void Rotation_saves_short_codes_of_vectors_with_a_few_large_elements()
    {
        var sample = NaiveVectors.Gaussian(1500, 256, 7);
        var random = new SeededRandom(8);
        for (var row = 0; row < sample.Rows; row++)
            sample[row, random.NextInt(256)] = 15;
        var plain = VectorCodec.Scalar(256, 4).Measure(sample, Metric.L2, 50).Recall[0].Recall;
        var rotated = VectorCodec.Scalar(256, 4, 1).Measure(sample, Metric.L2, 50).Recall[0].Recall;
        Assert.True(rotated > plain + 0.05, $"{plain} plain and {rotated} rotated.");
    }

    [Fact]
    public void Unusable_arguments_are_refused()
    {
        var sample = NaiveVectors.Gaussian(100, 8, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorCodec.Scalar(8, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorCodec.Product(sample, 9, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorCodec.Product(sample, 4, 6));
        Assert.Throws<ArgumentException>(() => VectorCodec.Product(sample, 4, 8));
        Assert.Throws<ArgumentException>(() => VectorCodec.RaBitQ(new Matrix(0, 8)));
        Assert.Throws<ArgumentException>(() => VectorCodec.Scalar(8, 8).Encode(new float[7], new byte[16]));
        Assert.Throws<ArgumentException>(() => VectorCodec.Scalar(8, 8).Estimate(new float[8], Metric.L2, new byte[15], new float[1]));
    }

    private static VectorCodec Create(string name, Matrix sample) => name switch
    {
        "sq8" => VectorCodec.Scalar(sample.Columns, 8),
        "sq4-rotated" => VectorCodec.Scalar(sample.Columns, 4, 1),
        "pq" => VectorCodec.Product(sample, sample.Columns / 3, 8),
        "opq" => VectorCodec.Product(sample, sample.Columns / 3, 4, optimizedRotation: true),
        _ => VectorCodec.RaBitQ(sample),
    };

    private static Matrix Clustered(int rows, int dimension, long seed)
    {
        var centres = NaiveVectors.Gaussian(60, dimension, seed + 1);
        var random = new SeededRandom(seed);
        var data = new Matrix(rows, dimension);
        for (var row = 0; row < rows; row++)
        {
            var centre = random.NextInt(60);
            for (var j = 0; j < dimension; j++)
                data[row, j] = centres[centre, j] + (0.5f * (float)random.NextGaussian());
        }
        return data;
    }
}
